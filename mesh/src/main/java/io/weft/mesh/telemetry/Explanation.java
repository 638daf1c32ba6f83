package io.weft.mesh.telemetry;

import io.weft.mesh.MeshFailure;
import io.weft.mesh.MeshLimits;
import io.weft.mesh.Request;
import io.weft.mesh.time.Ticker;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * How one call is made, step by step: which endpoints were looked at and what each was worth, what
 * became of each attempt, and what was decided in between.
 *
 * <p>The layers of the caller's side write it while the call goes on; it is bounded, and what is
 * beyond the bound is counted or left out. Safe for use by many threads.
 */
public final class Explanation {
  private static final long RUNNING = -1;
  private static final long MICRO_NANOS = 1_000;

  private final Ticker ticker;
  private final long startNanos;
  private final Instant at;
  private final Request request;
  private final List<Attempt> attempts = new ArrayList<>();
  private final List<Note> notes = new ArrayList<>();
  private long tookNanos = RUNNING;
  private @Nullable Failure failure;

  /**
   * An endpoint that was looked at for an attempt.
   *
   * @param endpoint the endpoint's id
   * @param cost of one more request there, as peak EWMA has it, in nanoseconds of latency; the
   *     less, the better; NaN where it did not matter
   * @param skipped why it was passed over: {@code version}, {@code node}, {@code ejected}, {@code
   *     tried} or {@code far}; null when it could be chosen
   */
  public record Candidate(String endpoint, double cost, @Nullable String skipped) {}

  /**
   * Something that was decided.
   *
   * @param atMicros when, in microseconds from the beginning of the call
   * @param text what, for people
   */
  public record Note(long atMicros, String text) {}

  /**
   * Why a call or an attempt failed.
   *
   * @param kind the word of {@link MeshFailure#kind}
   * @param message what it says, for people
   */
  public record Failure(String kind, String message) {}

  /**
   * An attempt, as it stands.
   *
   * @param atMicros when it began, in microseconds from the beginning of the call
   * @param endpoint the endpoint's id
   * @param tookMicros how long it took, or null while it goes on
   * @param failure why it failed, or null when it did not
   * @param candidates the endpoints that were looked at, the chosen one among them
   * @param candidatesLeftOut how many more there were
   */
  public record Tried(
      long atMicros,
      String endpoint,
      @Nullable Long tookMicros,
      @Nullable Failure failure,
      List<Candidate> candidates,
      int candidatesLeftOut) {}

  /**
   * The whole, as it stands.
   *
   * @param trace the id of the trace: 32 hex digits
   * @param span the call's own span in it
   * @param at the time of day at which it began
   * @param remainingMicros how long the answer was of use, when it began
   * @param tookMicros how long it took, or null while it goes on
   * @param failure why it failed, or null when it did not
   */
  public record Told(
      String trace,
      String span,
      String operation,
      String kind,
      String caller,
      String priority,
      Map<String, String> attributes,
      Instant at,
      long remainingMicros,
      @Nullable Long tookMicros,
      @Nullable Failure failure,
      List<Tried> attempts,
      List<Note> notes) {}

  /** An attempt while it goes on. */
  public final class Attempt {
    private final String endpoint;
    private final long beganNanos = sinceStart();
    private final List<Candidate> candidates = new ArrayList<>();
    private int leftOut;
    private long endedNanos = RUNNING;
    private @Nullable Failure failure;

    private Attempt(String endpoint) {
      this.endpoint = endpoint;
    }

    /**
     * Takes note of an endpoint that was looked at.
     *
     * @param cost of one more request there, in nanoseconds of latency, or NaN
     * @param skipped why it was passed over; null when it could be chosen
     */
    public void considered(String id, double cost, @Nullable String skipped) {
      synchronized (Explanation.this) {
        if (candidates.size() < MeshLimits.EXPLAINED_CANDIDATES_MAX) {
          candidates.add(new Candidate(id, cost, skipped));
        } else {
          leftOut++;
        }
      }
    }

    /** Takes note of the end of the attempt. */
    public void ended(@Nullable Throwable why) {
      synchronized (Explanation.this) {
        endedNanos = sinceStart();
        failure = failureOf(why);
      }
    }

    private Tried told() {
      return new Tried(
          beganNanos / MICRO_NANOS,
          endpoint,
          endedNanos == RUNNING ? null : (endedNanos - beganNanos) / MICRO_NANOS,
          failure,
          List.copyOf(candidates),
          leftOut);
    }
  }

  /** Begins the explanation of a call that begins now. */
  public Explanation(Ticker ticker, Instant at, Request request) {
    this.ticker = ticker;
    this.at = at;
    this.request = request;
    startNanos = ticker.nanos();
  }

  /** Returns the id of the call's trace: 32 hex digits. */
  public String trace() {
    return request.trace().traceId();
  }

  /** Takes note of an attempt that begins, at an endpoint that was chosen. */
  public synchronized Attempt attempt(String endpoint) {
    var attempt = new Attempt(endpoint);
    if (attempts.size() < MeshLimits.EXPLAINED_STEPS_MAX) {
      attempts.add(attempt);
    }
    return attempt;
  }

  /** Takes note of something that was decided, in words for people. */
  public synchronized void note(String text) {
    if (notes.size() < MeshLimits.EXPLAINED_STEPS_MAX) {
      notes.add(new Note(sinceStart() / MICRO_NANOS, text));
    }
  }

  /** Takes note of the end of the call. */
  public synchronized void ended(@Nullable Throwable why) {
    tookNanos = sinceStart();
    failure = failureOf(why);
  }

  /** Returns what has been noted so far. */
  public synchronized Told told() {
    return new Told(
        trace(),
        request.trace().spanId(),
        request.operation(),
        request.kind().name(),
        request.caller(),
        request.priority().name(),
        new TreeMap<>(request.origin().attributes()),
        at,
        (request.deadline().atNanos() - startNanos) / MICRO_NANOS,
        tookNanos == RUNNING ? null : tookNanos / MICRO_NANOS,
        failure,
        attempts.stream().map(Attempt::told).toList(),
        List.copyOf(notes));
  }

  private long sinceStart() {
    return ticker.nanos() - startNanos;
  }

  private static @Nullable Failure failureOf(@Nullable Throwable why) {
    if (why == null) {
      return null;
    }
    var kind = why instanceof MeshFailure known ? known.kind() : why.getClass().getSimpleName();
    return new Failure(kind, String.valueOf(why.getMessage()));
  }
}
