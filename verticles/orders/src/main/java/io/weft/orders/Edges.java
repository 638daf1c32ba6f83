package io.weft.orders;

import io.weft.mesh.telemetry.Measure;
import io.weft.orders.site.Mode;
import io.weft.orders.site.Returning;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The instances of orders on a node whose site has a hub. Safe for use from any thread. */
final class Edges {
  private final Set<Returning> running = ConcurrentHashMap.newKeySet();

  void add(Returning instance) {
    running.add(instance);
  }

  void remove(Returning instance) {
    running.remove(instance);
  }

  /** Tells how many of them place orders where. */
  List<Measure> measures() {
    return Arrays.stream(Mode.values())
        .map(
            mode ->
                new Measure(
                    "weft_orders_instances",
                    "Instances of orders at a site, by where they place orders",
                    Map.of("service", "orders", "mode", mode.name()),
                    running.stream().filter(instance -> instance.mode() == mode).count()))
        .toList();
  }
}
