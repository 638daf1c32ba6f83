package io.weft.users.api;

import org.jspecify.annotations.Nullable;

/**
 * A request to tell whose an API key is.
 *
 * @param key the whole key: {@code wk_}, its id, {@code _}, its secret
 */
public record CheckApiKey(@Nullable Secret key) {}
