package io.weft.orders;

import io.vertx.core.Future;
import io.weft.ledger.Database;
import io.weft.mesh.telemetry.Measure;
import java.util.List;
import java.util.Map;

/** How the sagas of orders stand as a whole, for the metrics of the node. */
final class SagaStore {
  /** Both counts are read from indexes of what is on its way, which is little in health. */
  private static final String STANDING =
      """
      select
        (select count(*) from orders
          where status in ('PENDING', 'CANCELLING') and parked_at is null) as unfinished,
        (select coalesce(extract(epoch from now() - min(updated_at)), 0)::float8 from orders
          where status in ('PENDING', 'CANCELLING') and parked_at is null) as seconds,
        (select count(*) from orders where parked_at is not null) as parked
      """;

  private SagaStore() {}

  /** Reads it. */
  static Future<List<Measure>> measures(Database database) {
    return database
        .withConnection(connection -> connection.query(STANDING).execute())
        .map(
            rows -> {
              var row = rows.iterator().next();
              return List.of(
                  measure(
                      "weft_saga_unfinished",
                      "Orders on their way, parked ones aside",
                      (double) row.getLong("unfinished")),
                  measure(
                      "weft_saga_age_seconds",
                      "For how long the oldest of them has not moved",
                      row.getDouble("seconds")),
                  measure(
                      "weft_saga_parked",
                      "Orders that nobody drives on until an operator says so",
                      (double) row.getLong("parked")));
            });
  }

  private static Measure measure(String name, String help, double value) {
    return new Measure(name, help, Map.of("service", "orders"), value);
  }
}
