package io.weft.orders;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.weft.mesh.MeshFailure;
import io.weft.orders.api.Order;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;

/** What an order comes to, to the last minor unit. */
final class OrderRulesTest {
  @Property(seed = "1")
  void aLineTotalIsExactAndRoundedHalfUpOrRefused(
      @ForAll @LongRange(min = 1, max = OrdersLimits.QUANTITY_MAX) long quantity,
      @ForAll @LongRange(max = OrdersLimits.UNIT_PRICE_MAX) long unitPrice,
      @ForAll @IntRange(max = OrdersLimits.BPS_WHOLE) int discountBps) {
    var exact =
        new BigDecimal(quantity)
            .multiply(new BigDecimal(unitPrice))
            .multiply(new BigDecimal(10_000 - discountBps))
            .divide(new BigDecimal(10_000), 0, RoundingMode.HALF_UP);
    if (exact.compareTo(new BigDecimal(Long.MAX_VALUE)) <= 0) {
      assertEquals(
          exact.longValueExact(), OrderRules.lineTotal(quantity, unitPrice, discountBps, "/l"));
    } else {
      var e =
          assertThrows(
              MeshFailure.Application.class,
              () -> OrderRules.lineTotal(quantity, unitPrice, discountBps, "/lines/3"));
      assertEquals("order.amount_overflow", e.code());
      assertEquals("/lines/3", e.pointer());
    }
  }

  @Example
  void halfAMinorUnitIsRoundedUp() {
    assertEquals(1, OrderRules.lineTotal(1, 1, 5_000, "/l"));
    assertEquals(0, OrderRules.lineTotal(1, 1, 5_001, "/l"));
    assertEquals(0, OrderRules.lineTotal(7, 1_000, 10_000, "/l"));
  }

  @Example
  void aSumThatFitsIsExactAndOneMoreIsRefused() {
    assertEquals(
        Long.MAX_VALUE, OrderRules.total(List.of(line(Long.MAX_VALUE - 1), line(0), line(1))));
    var e =
        assertThrows(
            MeshFailure.Application.class,
            () -> OrderRules.total(List.of(line(Long.MAX_VALUE), line(1))));
    assertEquals("order.amount_overflow", e.code());
    assertEquals("/lines", e.pointer());
  }

  @Example
  void anOrderThatIsRejectedOrCancelledStaysSo() {
    assertEquals(List.of(), Transition.after(Order.Status.REJECTED));
    assertEquals(List.of(), Transition.after(Order.Status.CANCELLED));
    assertEquals(List.of(Order.Status.CANCELLING), Transition.after(Order.Status.CONFIRMED));
    assertEquals(List.of(Order.Status.CANCELLED), Transition.after(Order.Status.CANCELLING));
    assertEquals(
        List.of(Order.Status.CONFIRMED, Order.Status.REJECTED),
        Transition.after(Order.Status.PENDING));
  }

  private static Order.Line line(long total) {
    return new Order.Line("sku", null, 1, total, null, total);
  }
}
