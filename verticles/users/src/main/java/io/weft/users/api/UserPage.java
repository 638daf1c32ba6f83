package io.weft.users.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A page of accounts, oldest first.
 *
 * @param items the accounts
 * @param next the cursor of the next page, or null when there is none
 */
public record UserPage(
    List<User> items, @JsonInclude(JsonInclude.Include.ALWAYS) @Nullable String next) {}
