package io.weft.orders.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A page of parked orders, those that were parked first before the others.
 *
 * @param items the orders
 * @param next the cursor of the next page, or null when there is none
 */
public record ParkedPage(
    List<ParkedOrder> items, @JsonInclude(JsonInclude.Include.ALWAYS) @Nullable String next) {}
