package io.weft.orders.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A page of orders, newest first.
 *
 * @param items the orders
 * @param next the cursor of the next page, or null when there is none
 */
public record OrderPage(
    List<Order> items, @JsonInclude(JsonInclude.Include.ALWAYS) @Nullable String next) {}
