package io.weft.orders.api;

import com.fasterxml.jackson.annotation.JsonAutoDetect;

/** A request to bring the orders in dispute of a site to its hub again. */
@JsonAutoDetect // Jackson writes nothing that has neither fields nor annotations.
public record RetryDisputed() {}
