package io.weft.users.api;

import com.fasterxml.jackson.annotation.JsonAutoDetect;

/** A request for how far the log of the events of users has come. */
@JsonAutoDetect // Jackson writes nothing that has neither fields nor annotations.
public record ReadEventsEnd() {}
