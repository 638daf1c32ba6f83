package io.weft.routing.probe;

import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.micrometer.backends.BackendRegistries;
import io.weft.mesh.Readiness;
import io.weft.mesh.time.Timers;
import io.weft.routing.RoutingLimits;
import io.weft.routing.gateway.Responses;
import io.weft.routing.problem.Problem;
import java.util.List;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Whether the node lives, whether it is ready, and what it measures: the same on every port. */
public final class Probes {
  private static final Logger LOG = LoggerFactory.getLogger(Probes.class);
  private static final String METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8";

  private final Supplier<Future<Readiness>> readiness;
  private final Timers timers;

  /**
   * Creates the probes of a node.
   *
   * @param readiness asks the node whether it can do its work
   * @param timers bounds how long that may take
   */
  public Probes(Supplier<Future<Readiness>> readiness, Timers timers) {
    this.readiness = readiness;
    this.timers = timers;
  }

  /** Adds {@code /health/live}, {@code /health/ready} and {@code /metrics} to a router. */
  public void mount(Router router) {
    router.get("/health/live").handler(c -> send(c, 200, new JsonObject().put("status", "live")));
    router
        .get("/health/ready")
        .handler(
            c ->
                readiness()
                    .onSuccess(r -> send(c, r.ready() ? 200 : 503, json(r)))
                    .onFailure(c::fail));
    router.get("/metrics").handler(Probes::metrics);
  }

  /** Returns the node's readiness; a node that does not say in time is not ready. */
  private Future<Readiness> readiness() {
    Promise<Readiness> answer = Promise.promise();
    var timeout =
        timers.after(
            RoutingLimits.READINESS_TIMEOUT,
            () -> answer.tryComplete(notReady("the node did not say within its time")));
    Future.succeededFuture()
        .compose(start -> readiness.get())
        .recover(
            e -> {
              LOG.warn("the node cannot say whether it is ready", e);
              return Future.succeededFuture(notReady("the node cannot say; its log tells why"));
            })
        .onSuccess(answer::tryComplete);
    return answer.future().andThen(done -> timeout.cancel());
  }

  private static Readiness notReady(String detail) {
    return new Readiness(List.of(new Readiness.Check("node", false, detail)));
  }

  private static JsonObject json(Readiness readiness) {
    var checks = new JsonArray();
    for (var check : readiness.checks()) {
      checks.add(
          new JsonObject()
              .put("name", check.name())
              .put("ok", check.ok())
              .put("detail", check.detail()));
    }
    return new JsonObject()
        .put("status", readiness.ready() ? "ready" : "not ready")
        .put("checks", checks);
  }

  private static void metrics(RoutingContext context) {
    if (BackendRegistries.getDefaultNow() instanceof PrometheusMeterRegistry prometheus) {
      Responses.send(context, 200, METRICS_TYPE, Buffer.buffer(prometheus.scrape()));
    } else {
      Responses.problem(
          context, Problem.of(404, "metrics.off", "This node was started without metrics"));
    }
  }

  private static void send(RoutingContext context, int status, JsonObject json) {
    context.response().putHeader(HttpHeaders.CACHE_CONTROL, "no-store");
    Responses.send(context, status, Responses.JSON, json.toBuffer());
  }
}
