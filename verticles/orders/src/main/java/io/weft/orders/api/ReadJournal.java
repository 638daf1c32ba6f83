package io.weft.orders.api;

import com.fasterxml.jackson.annotation.JsonAutoDetect;

/** A request for how the journal of a site stands. */
@JsonAutoDetect // Jackson writes nothing that has neither fields nor annotations.
public record ReadJournal() {}
