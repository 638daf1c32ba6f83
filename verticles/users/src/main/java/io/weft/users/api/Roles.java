package io.weft.users.api;

import java.util.List;

/**
 * What an account may do. Tokens that were issued before keep what they say until they expire.
 *
 * @param id the account's id
 * @param roles {@code customer}, {@code operator}; sorted
 */
public record Roles(String id, List<String> roles) {}
