package io.weft.users.api;

/**
 * A token, in the shape of OAuth 2.0 (RFC 6749, 5.1).
 *
 * @param accessToken what to send as {@code Authorization: Bearer}
 * @param tokenType always {@code Bearer}
 * @param expiresIn for how many seconds it is good
 * @param scope what it is good for, separated by spaces
 */
public record Token(Secret accessToken, String tokenType, long expiresIn, String scope) {}
