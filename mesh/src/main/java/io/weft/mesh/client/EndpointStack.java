package io.weft.mesh.client;

import io.vertx.core.Future;
import io.weft.mesh.MeshFailure;
import io.weft.mesh.MeshFailure.Application;
import io.weft.mesh.MeshFailure.Expired;
import io.weft.mesh.MeshFailure.NotSent;
import io.weft.mesh.MeshFailure.Rejected;
import io.weft.mesh.MeshLimits;
import io.weft.mesh.Operation;
import io.weft.mesh.Reply;
import io.weft.mesh.Request;
import io.weft.mesh.Step;
import io.weft.mesh.balance.Candidate;
import io.weft.mesh.balance.PeakEwma;
import io.weft.mesh.balance.Tally;
import io.weft.mesh.breaker.Breaker;
import io.weft.mesh.discovery.Endpoint;
import io.weft.mesh.telemetry.Gauges.EndpointGauge;
import io.weft.mesh.telemetry.Observation;
import io.weft.mesh.telemetry.Outcome;
import io.weft.mesh.telemetry.Recorder;
import io.weft.mesh.telemetry.Span;
import io.weft.mesh.time.Ticker;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The last steps of an attempt, those that belong to one endpoint, and what they have measured.
 *
 * <p>What an attempt that was not answered says of the endpoint is told twice, and differently. Its
 * cost rises with everything but an answer, as if all the time that the attempt had were used up:
 * nothing that fails fast looks better than what answers slowly. Its breaker hears only of what
 * means that the endpoint is ill: not of an endpoint that is full or about to stop, which says so
 * itself and is right; not of callers that gave up; and not of a deadline that left little time,
 * unless nothing at all has come from the endpoint for as long as a full attempt may take.
 */
final class EndpointStack implements Step, Candidate {
  private static final long LOAD_FRESH_NANOS = MeshLimits.LOAD_FRESH.toNanos();
  private static final long COUNTS_AS_MAX_NANOS = MeshLimits.FAILURE_COUNTS_AS_MAX.toNanos();
  private static final long QUERIES_FIRST_NANOS = MeshLimits.PROBE_QUERIES_FIRST.toNanos();

  private final Transport transport;
  private final Observation observation;
  private final Ticker ticker;
  private final Tally tally;
  private final Breaker breaker;
  private final PeakEwma load;
  private final String name;
  private final Map<String, Recorder> recorders = new HashMap<>();
  private Endpoint endpoint;
  private int generation;

  /** Whether the endpoint appeared while this client was calling its service. */
  private final boolean newcomer;

  private final long bornNanos;
  private long slowStartNanos;
  private boolean untried;

  private double toldLoad;
  private long toldNanos;

  /** Whether it has answered since the first of the attempts that wait; and when that one began. */
  private boolean heard = true;

  private long silentSinceNanos;

  EndpointStack(
      Endpoint endpoint,
      boolean newcomer,
      Tally tally,
      Breaker breaker,
      Transport transport,
      Observation observation,
      Ticker ticker) {
    this.endpoint = endpoint;
    this.newcomer = newcomer;
    this.tally = tally;
    this.breaker = breaker;
    this.transport = transport;
    this.observation = observation;
    this.ticker = ticker;
    untried = newcomer;
    bornNanos = ticker.nanos();
    name = endpoint.node() + "/" + endpoint.instance();
    load = new PeakEwma(MeshLimits.LATENCY_DECAY, MeshLimits.LATENCY_FLOOR, bornNanos);
  }

  Endpoint endpoint() {
    return endpoint;
  }

  Breaker breaker() {
    return breaker;
  }

  /** Returns how it stands. */
  EndpointGauge gauge(String service) {
    return new EndpointGauge(
        service, endpoint.node(), endpoint.instance(), breaker.state().name(), breaker.ejected());
  }

  /** Takes what a newer picture of the site says of the same endpoint. */
  void renew(Endpoint newer, int generation) {
    endpoint = newer;
    this.generation = generation;
    breaker.present(true);
  }

  /** Returns the number of the last picture that the endpoint was in. */
  int generation() {
    return generation;
  }

  /** Says how long a new instance gets less than its share. */
  void slowStart(Duration duration) {
    slowStartNanos = duration.toNanos();
  }

  /** Takes note of the load that the endpoint tells of itself: 0 for idle, 1 for all it can do. */
  void told(double load) {
    toldLoad = Math.max(0, Math.min(1, load));
    toldNanos = ticker.nanos();
  }

  boolean idle() {
    return load.inFlight() == 0;
  }

  /**
   * Returns whether the next call is to be sent here to see how it fares. A command waits with all
   * of its time for an endpoint that is silent: it is a probe only where queries are rare.
   */
  boolean trialDue(Request request, long nowNanos) {
    if (!breaker.ejected()) {
      return untried;
    }
    long patienceNanos = request.kind() == Operation.Kind.COMMAND ? QUERIES_FIRST_NANOS : 0;
    return breaker.probeOverdueNanos(nowNanos) >= patienceNanos;
  }

  /** Takes note that the next call is a trial. */
  void tryNow(long nowNanos) {
    if (breaker.ejected()) {
      breaker.probing(nowNanos);
    }
  }

  /** Returns whether the endpoint is new and was never called. */
  boolean untried() {
    return untried;
  }

  @Override
  public String id() {
    return endpoint.id();
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public int weight() {
    return Math.max(1, endpoint.weight());
  }

  @Override
  public double warmth(long nowNanos) {
    long ageNanos = nowNanos - bornNanos;
    return newcomer && ageNanos < slowStartNanos
        ? Math.max(MeshLimits.WARMTH_MIN, (double) ageNanos / slowStartNanos)
        : 1;
  }

  @Override
  public int inFlight() {
    return load.inFlight();
  }

  @Override
  public Tally tally() {
    return tally;
  }

  @Override
  public boolean ejected() {
    return breaker.ejected();
  }

  @Override
  public double cost(long nowNanos) {
    return load.cost(nowNanos, weight() * warmth(nowNanos)) / speed(nowNanos);
  }

  /** Returns which part of its speed is left to it by the load that it told of. */
  private double speed(long nowNanos) {
    long ageNanos = nowNanos - toldNanos;
    return toldLoad == 0 || ageNanos >= LOAD_FRESH_NANOS
        ? 1
        : 1 - MeshLimits.LOAD_SLOWS * toldLoad * (1 - (double) ageNanos / LOAD_FRESH_NANOS);
  }

  /**
   * The in-flight limit stands above the attempt's deadline, so that a slow endpoint fills up and
   * is refused here instead of growing the heap.
   */
  @Override
  public Future<Reply> take(Request request) {
    if (load.inFlight() >= MeshLimits.ENDPOINT_IN_FLIGHT_MAX) {
      return Future.failedFuture(
          new NotSent(
              load.inFlight()
                  + " calls in flight to "
                  + endpoint.id()
                  + " (limit: "
                  + MeshLimits.ENDPOINT_IN_FLIGHT_MAX
                  + ")"));
    }
    var recorder = recorder(request.operation());
    var attempt = timed(request);
    long startNanos = started();
    return transport
        .send(endpoint, attempt)
        .onComplete((reply, failure) -> finished(attempt, recorder, failure, startNanos));
  }

  /**
   * A query that is not answered is asked elsewhere while there is time. A command keeps all its
   * time: a second one would only wait for the first.
   */
  private static Request timed(Request request) {
    return request.kind() == Operation.Kind.COMMAND
        ? request
        : request.atMost(request.policy().attemptTimeout());
  }

  private long started() {
    long now = ticker.nanos();
    load.started();
    tally.started();
    untried = false;
    if (heard) {
      heard = false;
      silentSinceNanos = now;
    }
    return now;
  }

  private void finished(
      Request attempt, Recorder recorder, @Nullable Throwable failure, long startNanos) {
    long now = ticker.nanos();
    tally.finished();
    if (failure == null || failure instanceof Application) {
      heard = true;
      load.finished(now, now - startNanos);
      if (breaker.answered(attempt.policy().breaker(), startNanos, now)) {
        load.forgive();
      }
    } else if (failure instanceof Expired || attempt.cancellation().cancelled()) {
      load.givenUp(now, now - startNanos);
    } else {
      failed(attempt, failure, startNanos, now);
    }
    var outcome = Outcome.of(failure);
    recorder.record(outcome, now - startNanos);
    if (observation.spans().wants(attempt.trace(), outcome, now - startNanos)) {
      tell(attempt, failure, outcome, now - startNanos);
    }
    assert failure == null || failure instanceof MeshFailure : failure;
  }

  private void tell(Request attempt, @Nullable Throwable failure, Outcome outcome, long nanos) {
    observation
        .spans()
        .add(
            attempt.trace(),
            attempt.trace().attemptSpan(),
            attempt.callSpan(),
            Span.Kind.CLIENT,
            attempt.operation() + " attempt",
            attempt.caller(),
            outcome,
            failure == null ? null : failure.getMessage(),
            nanos,
            Map.of("endpoint", name, "version", endpoint.version()));
  }

  private void failed(Request attempt, Throwable failure, long startNanos, long nowNanos) {
    boolean ranOut = nowNanos - attempt.deadline().atNanos() >= 0;
    if (ranOut && !silentLong(attempt, startNanos, nowNanos)) {
      load.givenUp(nowNanos, nowNanos - startNanos);
      return;
    }
    load.failed(nowNanos, nowNanos - startNanos, countsAsNanos(attempt, startNanos));
    if (failure instanceof Rejected rejected) {
      heard = true;
      if (rejected.reason() == Rejected.Reason.OVERLOADED) {
        told(1);
      }
      if (rejected.reason() != Rejected.Reason.UNAVAILABLE) {
        return;
      }
    }
    breaker.failed(attempt.policy().breaker(), startNanos, nowNanos, because(failure));
  }

  /** A failure counts as if it had taken all the time there was: nothing healthy takes longer. */
  private static long countsAsNanos(Request attempt, long startNanos) {
    long hadNanos = attempt.deadline().atNanos() - startNanos;
    long fullNanos = attempt.policy().attemptTimeout().toNanos();
    return Math.min(COUNTS_AS_MAX_NANOS, Math.max(hadNanos, fullNanos));
  }

  /** Returns whether nothing has come for as long as one attempt may take. */
  private boolean silentLong(Request attempt, long startNanos, long nowNanos) {
    long sinceNanos = heard ? startNanos : Math.min(startNanos, silentSinceNanos);
    return nowNanos - sinceNanos >= attempt.policy().attemptTimeout().toNanos();
  }

  private static String because(Throwable failure) {
    var kind = failure instanceof MeshFailure known ? known.kind() + ": " : "";
    return kind + failure.getMessage();
  }

  /** There are no more operations here than the endpoint serves. */
  private Recorder recorder(String operation) {
    var known = recorders.get(operation);
    if (known == null) {
      known = observation.telemetry().attempts(operation, endpoint.node());
      recorders.put(operation, known);
    }
    return known;
  }
}
