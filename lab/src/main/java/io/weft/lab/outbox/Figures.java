package io.weft.lab.outbox;

import io.vertx.core.json.JsonObject;
import io.weft.lab.Table;
import java.io.PrintWriter;
import java.util.Locale;

/**
 * What was measured.
 *
 * @param rate events per second that were due
 * @param seconds how long
 * @param written events that were committed in that time
 * @param delivered of these, those that arrived
 * @param perSecond events that arrived per second
 * @param p50Micros half of them arrived within, from the answer to COMMIT, in microseconds
 * @param p99Micros 99 of 100 arrived within, in microseconds
 * @param bytesBefore of the outbox with its index, after warming up
 * @param bytesMost the most that was seen
 * @param bytesAfter in the end
 * @param waitingMost rows in the outbox, the most that was seen
 * @param waitingLast rows in it in the end
 * @param errors transactions that failed, or were due and not begun
 */
record Figures(
    int rate,
    int seconds,
    long written,
    long delivered,
    double perSecond,
    double p50Micros,
    double p99Micros,
    long bytesBefore,
    long bytesMost,
    long bytesAfter,
    long waitingMost,
    long waitingLast,
    long errors) {

  /** Returns whether all that was due was written and arrived. */
  boolean well() {
    return errors == 0 && delivered == written;
  }

  void print(PrintWriter out) {
    var table = new Table("WHAT", "FIGURE");
    table.row("events per second, due", whole(rate));
    table.row("events per second, delivered", whole(perSecond));
    table.row("events written", whole(written));
    table.row("events delivered", whole(delivered));
    table.row("commit to delivery, p50 us", whole(p50Micros));
    table.row("commit to delivery, p99 us", whole(p99Micros));
    table.row("outbox before, KiB", kib(bytesBefore));
    table.row("outbox at its largest, KiB", kib(bytesMost));
    table.row("outbox after, KiB", kib(bytesAfter));
    table.row("rows waiting in it at most", whole(waitingMost));
    table.row("rows left in it", whole(waitingLast));
    table.row("errors", whole(errors));
    table.print(out);
  }

  private static String kib(long bytes) {
    return whole(bytes / 1024);
  }

  private static String whole(long figure) {
    return String.format(Locale.ROOT, "%,d", figure);
  }

  private static String whole(double figure) {
    return String.format(Locale.ROOT, "%,.0f", figure);
  }

  /** Returns these figures as the line of {@code --json}. */
  JsonObject toJson() {
    return new JsonObject()
        .put("bench", "outbox")
        .put("system", "weft")
        .put("rate", rate)
        .put("seconds", seconds)
        .put("written", written)
        .put("delivered", delivered)
        .put("perSecond", perSecond)
        .put("p50Micros", p50Micros)
        .put("p99Micros", p99Micros)
        .put("outboxBytesBefore", bytesBefore)
        .put("outboxBytesMost", bytesMost)
        .put("outboxBytesAfter", bytesAfter)
        .put("outboxRowsMost", waitingMost)
        .put("outboxRowsLeft", waitingLast)
        .put("errors", errors);
  }
}
