package io.weft.lab.order;

import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * What was spent until a moment: processor time by process, and what PostgreSQL counts. Two of them
 * say what was spent in between.
 *
 * @param nodes processor time of the nodes, by process id
 * @param postgres processor time of PostgreSQL, by process id
 * @param client processor time of this process
 * @param commits transactions that were committed, reads included
 * @param walBytes bytes written to the write-ahead log
 */
record Spent(
    Map<Long, Duration> nodes,
    Map<Long, Duration> postgres,
    Duration client,
    long commits,
    long walBytes) {

  private static final String COUNTERS =
      """
      select (select sum(xact_commit)::bigint from pg_stat_database) as commits,
        (pg_current_wal_insert_lsn() - '0/0'::pg_lsn)::bigint as wal
      """;

  /** Looks at all of it. */
  static Future<Spent> until(
      Pool pool, Stream<ProcessHandle> nodes, Stream<ProcessHandle> postgres) {
    return pool.query(COUNTERS)
        .execute()
        .map(rows -> rows.iterator().next())
        .map(
            row ->
                new Spent(
                    times(nodes),
                    times(postgres),
                    time(ProcessHandle.current()),
                    row.getLong("commits"),
                    row.getLong("wal")));
  }

  private static Map<Long, Duration> times(Stream<ProcessHandle> processes) {
    var times = new HashMap<Long, Duration>();
    processes.forEach(each -> times.put(each.pid(), time(each)));
    return times;
  }

  private static Duration time(ProcessHandle process) {
    return process.info().totalCpuDuration().orElse(Duration.ZERO);
  }

  /**
   * What a number of orders cost, per order.
   *
   * @param nodeMicros processor time of all nodes
   * @param postgresMicros processor time of PostgreSQL's processes that are still there
   * @param clientMicros processor time of this process
   * @param commits transactions
   * @param walBytes bytes of the write-ahead log
   */
  record PerOrder(
      double nodeMicros,
      double postgresMicros,
      double clientMicros,
      double commits,
      double walBytes) {}

  /** Returns what each of some orders cost since an earlier moment. */
  PerOrder since(Spent before, long orders) {
    double count = Math.max(1, orders);
    return new PerOrder(
        micros(before.nodes, nodes) / count,
        micros(before.postgres, postgres) / count,
        client.minus(before.client).toNanos() / 1e3 / count,
        (commits - before.commits) / count,
        (walBytes - before.walBytes) / count);
  }

  /**
   * A process that has begun meanwhile counts from its begin; of one that has ended is no trace.
   */
  private static double micros(Map<Long, Duration> before, Map<Long, Duration> now) {
    return List.copyOf(now.entrySet()).stream()
        .mapToDouble(
            each ->
                each.getValue().minus(before.getOrDefault(each.getKey(), Duration.ZERO)).toNanos()
                    / 1e3)
        .sum();
  }
}
