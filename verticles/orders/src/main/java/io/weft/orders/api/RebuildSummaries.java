package io.weft.orders.api;

import com.fasterxml.jackson.annotation.JsonAutoDetect;

/** A request to make the summaries of all users anew from the events that are kept. */
@JsonAutoDetect // Jackson writes nothing that has neither fields nor annotations.
public record RebuildSummaries() {}
