package io.weft.users.api;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A request to say what an account may do.
 *
 * @param id the account's id
 * @param roles all that it has from now on: {@code customer}, {@code operator}
 */
public record GrantRoles(@Nullable String id, @Nullable List<String> roles) {}
