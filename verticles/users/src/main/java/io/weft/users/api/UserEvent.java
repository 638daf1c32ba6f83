package io.weft.users.api;

import java.time.Instant;

/**
 * What {@link Users#REGISTERED} and {@link Users#CHANGED} tell of an account.
 *
 * @param userId the account's id
 * @param status whether it may order
 * @param currency of its credit, by ISO 4217
 * @param creditLimit the most that may be reserved, in minor units
 * @param version of the account after the change
 * @param at when it happened
 */
public record UserEvent(
    String userId,
    User.Status status,
    String currency,
    long creditLimit,
    long version,
    Instant at) {}
