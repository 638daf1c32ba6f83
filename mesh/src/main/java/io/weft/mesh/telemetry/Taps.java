package io.weft.mesh.telemetry;

import io.weft.mesh.MeshLimits;
import io.weft.mesh.Operation;
import io.weft.mesh.Request;
import io.weft.mesh.time.Ticker;
import io.weft.mesh.time.WallClock;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Who looks on while the calls of this node are made.
 *
 * <p>As long as nobody does, a call costs one volatile read. All readers together see at most
 * {@link MeshLimits#TAPPED_PER_SECOND} calls of each second; the others are counted. Safe for use
 * by many threads.
 */
public final class Taps {
  private static final long SECOND_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final long MICRO_NANOS = 1_000;

  private final Ticker ticker;
  private final WallClock clock;
  private final AtomicLong second = new AtomicLong(Long.MIN_VALUE);
  private final AtomicInteger inSecond = new AtomicInteger();
  private volatile Reader @Nullable [] readers;

  /**
   * Which calls somebody wants to see; what is null does not matter.
   *
   * @param service the name of the service that is called
   * @param operation the name of the operation
   * @param caller the service, or else the node, that calls
   * @param outcome the label of the outcome
   * @param slowerThanMicros how long the call took, at least
   */
  public record Filter(
      @Nullable String service,
      @Nullable String operation,
      @Nullable String caller,
      @Nullable String outcome,
      long slowerThanMicros) {
    /** Every call. */
    public static final Filter ALL = new Filter(null, null, null, null, 0);

    private boolean admits(Request request, Outcome was, long micros) {
      return micros >= slowerThanMicros
          && (operation == null || operation.equals(request.operation()))
          && (service == null || service.equals(Operation.serviceOf(request.operation())))
          && (caller == null || caller.equals(request.caller()))
          && (outcome == null || outcome.equals(was.label()));
    }
  }

  /** Who is told; on the event loop of the call, so it must neither block nor throw. */
  public interface Listener {
    /** A call that was wanted. */
    void call(TappedCall call);

    /** A call that was wanted was one too many for this second. */
    void dropped();
  }

  /** One that looks on. */
  private record Reader(Filter filter, Listener listener) {}

  /** Creates taps that nobody reads. */
  public Taps(Ticker ticker, WallClock clock) {
    this.ticker = ticker;
    this.clock = clock;
  }

  /** Returns whether anybody looks on. */
  public boolean open() {
    return readers != null;
  }

  /**
   * Lets somebody look on.
   *
   * @return ends it
   */
  public synchronized Runnable open(Filter filter, Listener listener) {
    var reader = new Reader(filter, listener);
    var before = readers;
    var after = before == null ? new Reader[1] : Arrays.copyOf(before, before.length + 1);
    after[after.length - 1] = reader;
    readers = after;
    return () -> close(reader);
  }

  @SuppressWarnings("ReferenceEquality") // The same filter may be read twice.
  private synchronized void close(Reader reader) {
    var before = readers;
    if (before != null) {
      var after = Arrays.stream(before).filter(r -> r != reader).toArray(Reader[]::new);
      readers = after.length == 0 ? null : after;
    }
  }

  /** Takes note of a call that is over. */
  public void ended(Request request, Attempted attempted, @Nullable Throwable why, long nanos) {
    var present = readers;
    if (present == null) {
      return;
    }
    var outcome = Outcome.of(why);
    long micros = nanos / MICRO_NANOS;
    TappedCall told = null;
    boolean room = true;
    for (var reader : present) {
      if (reader.filter().admits(request, outcome, micros)) {
        room = room && (told != null || takesOne());
        if (!room) {
          reader.listener().dropped();
        } else {
          told = told == null ? told(request, attempted, outcome, micros) : told;
          reader.listener().call(told);
        }
      }
    }
  }

  private TappedCall told(Request request, Attempted attempted, Outcome outcome, long micros) {
    return new TappedCall(
        clock.now(),
        request.caller(),
        request.operation(),
        attempted.endpoint(),
        outcome,
        micros,
        attempted.count(),
        request.trace().traceId(),
        request.origin().principal().subject());
  }

  /** Returns whether there is room in this second for one more. */
  private boolean takesOne() {
    long now = Math.floorDiv(ticker.nanos(), SECOND_NANOS);
    long known = second.get();
    if (now != known && second.compareAndSet(known, now)) {
      inSecond.set(0);
    }
    return inSecond.incrementAndGet() <= MeshLimits.TAPPED_PER_SECOND;
  }

  /** Where the attempts of a call went; for the event loop that makes it. */
  public static final class Attempted {
    private int count;
    private String endpoint = "";

    /** Creates the notes of a call that was not tried yet. */
    public Attempted() {}

    /** Takes note of an attempt. */
    public void at(String id) {
      count++;
      endpoint = id;
    }

    int count() {
      return count;
    }

    String endpoint() {
      return endpoint;
    }
  }
}
