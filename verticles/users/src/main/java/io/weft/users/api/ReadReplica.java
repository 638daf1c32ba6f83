package io.weft.users.api;

import com.fasterxml.jackson.annotation.JsonAutoDetect;

/** A request for how old what a site knows of its hub's accounts may be. */
@JsonAutoDetect // Jackson writes nothing that has neither fields nor annotations.
public record ReadReplica() {}
