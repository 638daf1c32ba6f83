package io.weft.users.api;

/**
 * How far the log of the events of users has come.
 *
 * @param position of the last event; 0 when there was none
 */
public record EventsEnd(long position) {}
