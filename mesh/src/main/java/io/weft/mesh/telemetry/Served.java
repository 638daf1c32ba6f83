package io.weft.mesh.telemetry;

import io.vertx.core.Future;
import io.weft.mesh.MeshFailure.Rejected;
import io.weft.mesh.Operation;
import io.weft.mesh.Reply;
import io.weft.mesh.Request;
import io.weft.mesh.Step;
import io.weft.mesh.time.Ticker;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A step that tells of each run of one operation of an instance: by who asked for it, as a span,
 * and, when it was refused for there is too much to do, as a decision. For one event loop.
 */
public final class Served implements Step {
  /** Callers whose recorders are kept; those of further ones are looked up with each request. */
  static final int RECORDERS_MAX = 256;

  private final Observation observation;
  private final Ticker ticker;
  private final String instance;
  private final String operation;
  private final Sheds sheds;
  private final Step next;
  private final Map<String, Map<String, Recorder>> recorders = new HashMap<>();
  private int known;

  /** Mostly the same one calls again, so the last one is looked at first. */
  private String lastCaller = "";

  private String lastNode = "";
  private Recorder lastRecorder = Recorder.NONE;

  /**
   * Puts the step above another.
   *
   * @param instance the id of the instance that serves
   * @param operation the operation whose requests come in here
   */
  public Served(
      Observation observation, Ticker ticker, String instance, String operation, Step next) {
    this.observation = observation;
    this.ticker = ticker;
    this.instance = instance;
    this.operation = operation;
    this.next = next;
    sheds = new Sheds(observation.decisions(), ticker, instance);
  }

  @Override
  public Future<Reply> take(Request request) {
    var recorder = recorder(request);
    long startNanos = ticker.nanos();
    var answer = next.take(request);
    if (answer.isComplete()) {
      ended(request, recorder, answer.cause(), startNanos);
      return answer;
    }
    return answer.onComplete((reply, failure) -> ended(request, recorder, failure, startNanos));
  }

  private void ended(
      Request request, Recorder recorder, @Nullable Throwable failure, long startNanos) {
    long nanos = ticker.nanos() - startNanos;
    var outcome = Outcome.of(failure);
    recorder.record(outcome, nanos);
    if (failure instanceof Rejected rejected && rejected.reason() == Rejected.Reason.OVERLOADED) {
      sheds.shed(operation, String.valueOf(rejected.getMessage()));
    }
    if (observation.spans().wants(request.trace(), outcome, nanos)) {
      tell(request, failure, outcome, nanos);
    }
  }

  private void tell(Request request, @Nullable Throwable failure, Outcome outcome, long nanos) {
    var trace = request.trace();
    observation
        .spans()
        .add(
            trace,
            trace.servedSpan(),
            trace.attemptSpan(),
            Span.Kind.SERVER,
            operation,
            Operation.serviceOf(operation),
            outcome,
            failure == null ? null : failure.getMessage(),
            nanos,
            Map.of("instance", instance, "caller", request.caller()));
  }

  private Recorder recorder(Request request) {
    var caller = request.caller();
    var node = request.callerNode() == null ? observation.node() : request.callerNode();
    if (!caller.equals(lastCaller) || !node.equals(lastNode)) {
      lastRecorder = find(caller, node);
      lastCaller = caller;
      lastNode = node;
    }
    return lastRecorder;
  }

  private Recorder find(String caller, String node) {
    var ofCaller = recorders.get(caller);
    var found = ofCaller == null ? null : ofCaller.get(node);
    if (found != null) {
      return found;
    }
    var fresh = observation.telemetry().servings(instance, operation, caller, node);
    if (known < RECORDERS_MAX) {
      known++;
      recorders.computeIfAbsent(caller, name -> new HashMap<>()).put(node, fresh);
    }
    return fresh;
  }
}
