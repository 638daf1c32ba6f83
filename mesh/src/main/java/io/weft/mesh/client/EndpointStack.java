package io.weft.mesh.client;

import io.vertx.core.Future;
import io.weft.mesh.MeshFailure;
import io.weft.mesh.MeshFailure.Application;
import io.weft.mesh.MeshFailure.NotSent;
import io.weft.mesh.MeshLimits;
import io.weft.mesh.Operation;
import io.weft.mesh.Reply;
import io.weft.mesh.Request;
import io.weft.mesh.Step;
import io.weft.mesh.balance.PeakEwma;
import io.weft.mesh.balance.PowerOfTwo;
import io.weft.mesh.discovery.Endpoint;
import io.weft.mesh.telemetry.Outcome;
import io.weft.mesh.telemetry.Recorder;
import io.weft.mesh.telemetry.Telemetry;
import io.weft.mesh.time.Ticker;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The last steps of an attempt, those that belong to one endpoint, and what they have measured. */
final class EndpointStack implements Step, PowerOfTwo.Candidate {
  private final Endpoint endpoint;
  private final Transport transport;
  private final Telemetry telemetry;
  private final Ticker ticker;
  private final PeakEwma load;
  private final Map<String, Recorder> recorders = new HashMap<>();

  EndpointStack(Endpoint endpoint, Transport transport, Telemetry telemetry, Ticker ticker) {
    this.endpoint = endpoint;
    this.transport = transport;
    this.telemetry = telemetry;
    this.ticker = ticker;
    load = new PeakEwma(MeshLimits.LATENCY_DECAY, MeshLimits.LATENCY_FLOOR, ticker.nanos());
  }

  Endpoint endpoint() {
    return endpoint;
  }

  @Override
  public double cost(long nowNanos) {
    return load.cost(nowNanos);
  }

  boolean idle() {
    return load.inFlight() == 0;
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
    long startNanos = ticker.nanos();
    var recorder = recorder(request.operation());
    load.started();
    return transport
        .send(endpoint, timed(request))
        .onComplete((reply, failure) -> finished(recorder, failure, startNanos));
  }

  /**
   * A query that is not answered is asked elsewhere while there is time. A command keeps all its
   * time: a second one would only wait for the first.
   */
  private static Request timed(Request request) {
    return request.kind() == Operation.Kind.COMMAND
        ? request
        : request.atMost(MeshLimits.ATTEMPT_TIMEOUT);
  }

  private void finished(Recorder recorder, @Nullable Throwable failure, long startNanos) {
    long now = ticker.nanos();
    long tookNanos = now - startNanos;
    boolean healthy = failure == null || failure instanceof Application;
    load.finished(
        now, healthy ? tookNanos : Math.max(tookNanos, MeshLimits.FAILURE_COUNTS_AS.toNanos()));
    recorder.record(Outcome.of(failure), tookNanos);
    assert failure == null || failure instanceof MeshFailure : failure;
  }

  /** There are no more operations here than the endpoint serves. */
  private Recorder recorder(String operation) {
    var known = recorders.get(operation);
    if (known == null) {
      known = telemetry.attempts(operation, endpoint.node());
      recorders.put(operation, known);
    }
    return known;
  }
}
