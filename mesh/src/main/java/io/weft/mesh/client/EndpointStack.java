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
import io.weft.mesh.discovery.Endpoint;
import io.weft.mesh.telemetry.Telemetry;
import io.weft.mesh.time.Ticker;

/** The last steps of an attempt, those that belong to one endpoint, and what they have measured. */
final class EndpointStack implements Step {
  private final Endpoint endpoint;
  private final Transport transport;
  private final Telemetry telemetry;
  private final Ticker ticker;
  private final PeakEwma load;

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

  double cost(long nowNanos) {
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
    load.started();
    return transport
        .send(endpoint, timed(request))
        .onComplete((reply, failure) -> finished(request, failure, startNanos));
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

  private void finished(Request request, Throwable failure, long startNanos) {
    long now = ticker.nanos();
    long tookNanos = now - startNanos;
    boolean healthy = failure == null || failure instanceof Application;
    load.finished(
        now, healthy ? tookNanos : Math.max(tookNanos, MeshLimits.FAILURE_COUNTS_AS.toNanos()));
    telemetry.attempted(
        request.operation(),
        endpoint.node(),
        failure == null ? Telemetry.OK : Telemetry.outcome(failure),
        tookNanos);
    assert failure == null || failure instanceof MeshFailure : failure;
  }
}
