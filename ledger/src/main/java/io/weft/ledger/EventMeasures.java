package io.weft.ledger;

import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import io.weft.mesh.telemetry.Measure;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * How far the events of a service have come: what waits in its outbox, and how far behind its log
 * the consumers in its schema are.
 */
final class EventMeasures {
  private static final String OUTBOX =
      """
      select count(*) as waiting,
        coalesce(extract(epoch from now() - min(at)), 0)::float8 as seconds from outbox
      """;

  /** How far a consumer of another service's events is behind, only that service's schema says. */
  private static final String CONSUMERS =
      """
      select consumer, failed_attempts,
        case when service = $1 then greatest(0, events_end.position - positions.position) end
          as behind
      from positions, events_end
      """;

  private EventMeasures() {}

  /** Reads them. */
  static Future<List<Measure>> read(Database database, String service) {
    return database.withConnection(
        connection ->
            connection
                .query(OUTBOX)
                .execute()
                .compose(
                    outbox ->
                        connection
                            .preparedQuery(CONSUMERS)
                            .execute(Tuple.of(service))
                            .map(
                                consumers -> {
                                  var measures = new ArrayList<Measure>();
                                  outbox.forEach(row -> outbox(measures, service, row));
                                  consumers.forEach(row -> consumer(measures, service, row));
                                  return measures;
                                })));
  }

  private static void outbox(List<Measure> measures, String service, Row row) {
    var labels = Map.of("service", service);
    measures.add(
        new Measure(
            "weft_outbox_events",
            "Events of a service that wait to be moved into its log",
            labels,
            (double) row.getLong("waiting")));
    measures.add(
        new Measure(
            "weft_outbox_age_seconds",
            "For how long the oldest of them has waited",
            labels,
            row.getDouble("seconds")));
  }

  private static void consumer(List<Measure> measures, String service, Row row) {
    var labels = Map.of("service", service, "consumer", row.getString("consumer"));
    var behind = row.getLong("behind");
    if (behind != null) {
      measures.add(
          new Measure(
              "weft_consumer_lag_events",
              "Events in the log that a consumer of the same service has not applied",
              labels,
              (double) behind));
    }
    measures.add(
        new Measure(
            "weft_consumer_failed_attempts",
            "How often in a row a consumer has failed at the event that is next",
            labels,
            row.getInteger("failed_attempts")));
  }
}
