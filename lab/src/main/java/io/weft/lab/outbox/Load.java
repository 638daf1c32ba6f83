package io.weft.lab.outbox;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.SqlConnection;
import io.weft.lab.LabException;
import io.weft.ledger.DataService.Data;
import io.weft.mesh.Event;
import java.util.ArrayList;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/**
 * Writes events at a rate, whether or not they get through, and takes the time from the answer to
 * their COMMIT until they arrive.
 *
 * <p>Belongs to one event loop.
 */
final class Load {
  private final Vertx vertx;
  private final Data data;
  private final int rate;
  private final int perTransaction;
  private final long[] committedAt;
  private final Histogram latencies =
      new Histogram(TimeUnit.MILLISECONDS.toMicros(OutboxLimits.LATENCY_MAX.toMillis()), 3);
  private long beganAt;
  private long begun;
  private long measuredFrom = Long.MAX_VALUE;
  private long written;
  private long delivered;
  private long errors;
  private int outstanding;
  private boolean ended;
  private Optional<Throwable> readingFailure = Optional.empty();

  /**
   * Creates the load.
   *
   * @param events as many as will be begun at most
   */
  Load(Vertx vertx, Data data, int rate, int perTransaction, int events) {
    this.vertx = vertx;
    this.data = data;
    this.rate = rate;
    this.perTransaction = perTransaction;
    committedAt = new long[events];
  }

  void start() {
    beganAt = System.nanoTime();
    tick();
  }

  /** From here on it counts. */
  void measure() {
    measuredFrom = begun;
    errors = 0;
  }

  void end() {
    ended = true;
  }

  private void tick() {
    if (ended) {
      return;
    }
    long due = (System.nanoTime() - beganAt) * rate / TimeUnit.SECONDS.toNanos(1);
    while (begun + perTransaction <= Math.min(due, committedAt.length)) {
      begin();
    }
    vertx.setTimer(OutboxLimits.TICK.toMillis(), id -> tick());
  }

  private void begin() {
    long first = begun;
    begun += perTransaction;
    if (outstanding >= OutboxLimits.OUTSTANDING_MAX) {
      errors++;
      return;
    }
    outstanding++;
    data.database()
        .withTransaction(tx -> write(tx, first))
        .onComplete(
            (done, failure) -> {
              outstanding--;
              if (failure == null) {
                committed(first);
              } else {
                errors++;
              }
            });
  }

  private Future<?> write(SqlConnection tx, long first) {
    var added = new ArrayList<Future<?>>(perTransaction);
    for (long number = first; number < first + perTransaction; number++) {
      var sale = new Shop.Sale(number, "shop " + number % 100, "article", 1, 1_999);
      added.add(data.outbox().add(tx, Shop.SOLD, sale.shop(), "somebody", sale));
    }
    return Future.all(added);
  }

  private void committed(long first) {
    long now = System.nanoTime();
    for (long number = first; number < first + perTransaction; number++) {
      if (committedAt[(int) number] < 0) {
        arrived(now, number); // It was faster than the answer to its COMMIT.
      } else {
        committedAt[(int) number] = now;
      }
      if (number >= measuredFrom) {
        written++;
      }
    }
  }

  /** Takes note of an event that has arrived. */
  void take(Event event) {
    long number = event.as(Shop.SOLD).number();
    if (committedAt[(int) number] == 0) {
      committedAt[(int) number] = -1;
    } else {
      arrived(committedAt[(int) number], number);
    }
  }

  private void arrived(long committed, long number) {
    if (number >= measuredFrom) {
      delivered++;
      long micros = TimeUnit.NANOSECONDS.toMicros(System.nanoTime() - committed);
      latencies.recordValue(Math.min(micros, latencies.getHighestTrackableValue()));
    }
  }

  /** Takes note that no more events will arrive, which is as wrong as anything can be. */
  void readingFailed(Throwable failure) {
    readingFailure = Optional.of(failure);
  }

  /** Returns whether nothing is on its way any more. */
  boolean idle() {
    return readingFailure.isPresent() || (outstanding == 0 && delivered >= written);
  }

  Figures figures(int seconds, Sizes sizes) {
    readingFailure.ifPresent(
        failure -> {
          throw new LabException("the stream of events failed: " + failure, failure);
        });
    return new Figures(
        rate,
        seconds,
        written,
        delivered,
        (double) delivered / seconds,
        latencies.getValueAtPercentile(50),
        latencies.getValueAtPercentile(99),
        sizes.before(),
        sizes.most(),
        sizes.last(),
        sizes.rowsMost(),
        sizes.rows(),
        errors);
  }
}
