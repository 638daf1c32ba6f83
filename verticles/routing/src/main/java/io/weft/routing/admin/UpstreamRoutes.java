package io.weft.routing.admin;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.weft.mesh.time.Timers;
import io.weft.routing.RoutingLimits;
import io.weft.routing.contract.RequestCheck;
import io.weft.routing.contract.Shape;
import io.weft.routing.gateway.BodyReader;
import io.weft.routing.gateway.HttpEdge;
import io.weft.routing.gateway.Negotiation;
import io.weft.routing.gateway.Responses;
import io.weft.routing.problem.Problem;
import io.weft.routing.problem.ProblemException;
import io.weft.routing.upstream.Upstreams;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The routes of the admin API by which HTTP services join the mesh, and leave it. */
final class UpstreamRoutes {
  private static final Logger LOG = LoggerFactory.getLogger(UpstreamRoutes.class);
  private static final String ALL = "/v1/upstreams";
  private static final String ONE = ALL + "/:name";
  private static final String ENDPOINT = ONE + "/endpoints/:endpoint";
  private static final String TTL = "ttlSeconds";

  private static final Shape.Fields HEARTBEAT =
      new Shape.Fields(
          Map.of(TTL, new Shape.Whole(1, RoutingLimits.HEARTBEAT_MAX.toSeconds())), Set.of(TTL), 1);

  private final Upstreams upstreams;
  private final Timers timers;

  UpstreamRoutes(Upstreams upstreams, Timers timers) {
    this.upstreams = upstreams;
    this.timers = timers;
  }

  void mount(Router router) {
    router.get(ALL).handler(c -> answer(c, upstreams::list));
    router
        .put(ONE)
        .handler(c -> answer(c, () -> body(c).compose(b -> upstreams.put(name(c), json(b)))));
    router.delete(ONE).handler(c -> end(c, () -> upstreams.remove(name(c))));
    router.put(ENDPOINT).handler(c -> answer(c, () -> body(c).compose(b -> renew(c, b))));
    router
        .delete(ENDPOINT)
        .handler(c -> end(c, () -> upstreams.withdraw(name(c), c.pathParam("endpoint"))));
    HttpEdge.otherMethods(router, ALL, Set.of(HttpMethod.GET));
    HttpEdge.otherMethods(router, ONE, Set.of(HttpMethod.PUT, HttpMethod.DELETE));
    HttpEdge.otherMethods(router, ENDPOINT, Set.of(HttpMethod.PUT, HttpMethod.DELETE));
  }

  private static String name(RoutingContext context) {
    return context.pathParam("name");
  }

  private Future<Buffer> body(RoutingContext context) {
    Negotiation.sendsJson(context.request());
    return BodyReader.read(context.request(), RoutingLimits.UPSTREAM_SPEC_MAX_BYTES, timers);
  }

  private static JsonObject json(Buffer body) {
    try {
      return new JsonObject(body);
    } catch (DecodeException e) {
      throw new ProblemException(
          Problem.invalid("", "the body is not JSON (expected: a JSON object)"));
    }
  }

  private Future<JsonObject> renew(RoutingContext context, Buffer body) {
    var check = new RequestCheck(HEARTBEAT);
    check.body(body.getBytes(), Set.of());
    var life = Duration.ofSeconds(check.finish().toJsonObject().getLong(TTL));
    return upstreams.renew(name(context), context.pathParam("endpoint"), life);
  }

  private static void answer(RoutingContext context, Supplier<Future<JsonObject>> task) {
    Future.succeededFuture()
        .compose(go -> task.get())
        .onSuccess(
            done -> {
              context.response().putHeader(HttpHeaders.CACHE_CONTROL, "no-store");
              Responses.send(context, 200, Responses.JSON, done.toBuffer());
            })
        .onFailure(e -> Responses.problem(context, problem(e)));
  }

  private static void end(RoutingContext context, Supplier<Future<Void>> task) {
    Future.succeededFuture()
        .compose(go -> task.get())
        .onSuccess(done -> Responses.empty(context, 204))
        .onFailure(e -> Responses.problem(context, problem(e)));
  }

  private static Problem problem(Throwable failure) {
    if (failure instanceof ProblemException known) {
      return known.problem();
    }
    LOG.error("The upstreams could not be changed", failure);
    return Problem.internal();
  }
}
