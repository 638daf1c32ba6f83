package io.weft.users.api;

import java.time.Instant;

/**
 * That an account has a password.
 *
 * @param id the account's id
 * @param changedAt since when it is this one
 */
public record PasswordSet(String id, Instant changedAt) {}
