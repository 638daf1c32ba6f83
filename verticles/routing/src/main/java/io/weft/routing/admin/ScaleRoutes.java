package io.weft.routing.admin;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.weft.mesh.Mesh;
import io.weft.mesh.MeshFailure;
import io.weft.mesh.policy.PolicyException;
import io.weft.mesh.time.Timers;
import io.weft.routing.RoutingLimits;
import io.weft.routing.admin.Scaling.Target;
import io.weft.routing.admin.Scaling.Wanted;
import io.weft.routing.contract.RequestCheck;
import io.weft.routing.contract.Shape;
import io.weft.routing.gateway.BodyReader;
import io.weft.routing.gateway.HttpEdge;
import io.weft.routing.gateway.Negotiation;
import io.weft.routing.gateway.Responses;
import io.weft.routing.problem.Problem;
import io.weft.routing.problem.ProblemException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The routes of the admin API by which services are scaled, nodes drained and capacity planned. */
final class ScaleRoutes {
  private static final Logger LOG = LoggerFactory.getLogger(ScaleRoutes.class);
  private static final String SCALE = "/v1/scale";
  private static final String DRAIN = "/v1/nodes/:node/drain";
  private static final String UNDRAIN = "/v1/nodes/:node/undrain";
  private static final String PLAN = "/v1/plan";
  private static final String SERVICES = "services";
  private static final String ZONE = "zone";
  private static final String DRY_RUN = "dryRun";
  private static final String SERVICE = "service";
  private static final String P99 = "p99Millis";
  private static final String RATE = "ratePercent";

  /** Failures of the node that are the request's fault, and the status that says so. */
  private static final Map<String, Integer> STATUS =
      Map.of("scale.unknown_zone", 400, "drain.unknown_node", 404);

  /** All others are of a request that is right but cannot be done as things are. */
  private static final int CONFLICT = 409;

  private static final Pattern EPOCH = Pattern.compile("\"?([0-9]{1,18})\"?");
  private static final Shape NAME =
      new Shape.Text(1, 63, Pattern.compile("^[a-z0-9][a-z0-9-]*$"), Set.of(), null);

  private final Scaling scaling;
  private final Mesh mesh;
  private final Timers timers;

  ScaleRoutes(Scaling scaling, Mesh mesh, Timers timers) {
    this.scaling = scaling;
    this.mesh = mesh;
    this.timers = timers;
  }

  void mount(Router router) {
    router.get(SCALE).handler(c -> answer(c, () -> Future.succeededFuture(scaling.show())));
    router
        .post(SCALE)
        .handler(c -> answer(c, () -> body(c).compose(b -> scaling.scale(wanted(c, b)))));
    router.post(DRAIN).handler(this::drain);
    router.post(UNDRAIN).handler(c -> answer(c, () -> scaling.undrain(c.pathParam("node"))));
    router.post(PLAN).handler(this::plan);
    HttpEdge.otherMethods(router, SCALE, Set.of(HttpMethod.GET, HttpMethod.POST));
    HttpEdge.otherMethods(router, DRAIN, Set.of(HttpMethod.POST));
    HttpEdge.otherMethods(router, UNDRAIN, Set.of(HttpMethod.POST));
    HttpEdge.otherMethods(router, PLAN, Set.of(HttpMethod.POST));
  }

  private void drain(RoutingContext context) {
    boolean dryRun = context.queryParams().contains("dry-run");
    if (dryRun) {
      Audit.unchanging(context);
    }
    boolean force = context.queryParams().contains("force");
    answer(context, () -> scaling.drain(context.pathParam("node"), force, dryRun));
  }

  private void plan(RoutingContext context) {
    Audit.unchanging(context);
    answer(context, () -> body(context).compose(body -> scaling.plan(target(body))));
  }

  private Future<Buffer> body(RoutingContext context) {
    Negotiation.sendsJson(context.request());
    return BodyReader.read(context.request(), RoutingLimits.ADMIN_BODY_MAX_BYTES, timers);
  }

  /** Reads what is wanted: plain numbers by service, or an object that says more. */
  private Wanted wanted(RoutingContext context, Buffer body) {
    var numbers = numbers();
    boolean plain = !(lenient(body).getValue(SERVICES) instanceof JsonObject);
    var check =
        new RequestCheck(
            plain
                ? numbers
                : new Shape.Fields(
                    Map.of(SERVICES, numbers, ZONE, NAME, DRY_RUN, new Shape.Flag()),
                    Set.of(SERVICES),
                    1));
    check.body(body.getBytes(), Set.of());
    var request = check.finish().toJsonObject();
    var said = plain ? request : request.getJsonObject(SERVICES);
    var desired = new TreeMap<String, Integer>();
    said.forEach(entry -> desired.put(entry.getKey(), said.getInteger(entry.getKey())));
    var wanted =
        new Wanted(
            desired,
            plain ? null : request.getString(ZONE),
            !plain && request.getBoolean(DRY_RUN, false),
            expected(context));
    if (wanted.dryRun()) {
      Audit.unchanging(context);
    }
    Audit.subject(context, String.join(" ", desired.keySet()));
    var counts = desired.toString();
    Audit.detail(
        context,
        counts.substring(1, counts.length() - 1)
            + (wanted.zone() == null ? "" : " in zone " + wanted.zone()));
    return wanted;
  }

  /** Looks which of the two forms it is; what is wrong with it is told by the check. */
  private static JsonObject lenient(Buffer body) {
    try {
      return new JsonObject(body);
    } catch (DecodeException | ClassCastException e) {
      return new JsonObject();
    }
  }

  /** Returns the shape of numbers by service; only services that some node can host. */
  private Shape.Fields numbers() {
    var known = new TreeSet<String>();
    mesh.nodes().forEach(node -> known.addAll(node.hosts()));
    var fields = new LinkedHashMap<String, Shape>();
    known.forEach(name -> fields.put(name, new Shape.Whole(0, RoutingLimits.SCALE_MAX_INSTANCES)));
    return new Shape.Fields(fields, Set.of(), 1);
  }

  private static @Nullable Long expected(RoutingContext context) {
    var text = context.request().getHeader(HttpHeaders.IF_MATCH);
    if (text == null) {
      return null;
    }
    var epoch = EPOCH.matcher(text);
    if (!epoch.matches()) {
      throw new ProblemException(
          Problem.of(
              400,
              "request.invalid",
              "If-Match: " + text + " (expected: the epoch in the ETag of GET /v1/scale)"));
    }
    return Long.parseLong(epoch.group(1));
  }

  private Target target(Buffer body) {
    var known = numbers().fields().keySet();
    var check =
        new RequestCheck(
            new Shape.Fields(
                Map.of(
                    SERVICE,
                    new Shape.Text(1, 63, null, known, null),
                    P99,
                    new Shape.Whole(1, RoutingLimits.PLAN_MILLIS_MAX),
                    RATE,
                    new Shape.Whole(1, RoutingLimits.PLAN_RATE_PERCENT_MAX)),
                Set.of(P99),
                1));
    check.body(body.getBytes(), Set.of());
    var request = check.finish().toJsonObject();
    return new Target(
        request.getString(SERVICE), request.getLong(P99), request.getLong(RATE, 100L) / 100.0);
  }

  private static void answer(RoutingContext context, Supplier<Future<JsonObject>> task) {
    Future.succeededFuture()
        .compose(go -> task.get())
        .onSuccess(
            done -> {
              var response = context.response().putHeader(HttpHeaders.CACHE_CONTROL, "no-store");
              if (done.getLong("epoch") != null) {
                response.putHeader(HttpHeaders.ETAG, "\"" + done.getLong("epoch") + "\"");
              }
              Responses.send(context, 200, Responses.JSON, done.toBuffer());
            })
        .onFailure(e -> Responses.problem(context, problem(e)));
  }

  private static Problem problem(Throwable failure) {
    if (failure instanceof ProblemException known) {
      return known.problem();
    }
    if (failure instanceof PolicyException refused) {
      return Problem.of(
          refused.isConflict() ? 412 : 400,
          refused.isConflict() ? "scale.conflict" : "scale.invalid",
          String.valueOf(refused.getMessage()));
    }
    if (failure instanceof MeshFailure.Application told) {
      return Problem.of(
          STATUS.getOrDefault(told.code(), CONFLICT),
          told.code(),
          String.valueOf(told.getMessage()));
    }
    if (failure instanceof MeshFailure met) {
      LOG.warn("scaling failed: {}: {}", met.kind(), met.getMessage());
      return Problem.unavailable("scale.incomplete", "scaling: " + met.getMessage());
    }
    LOG.error("scaling failed", failure);
    return Problem.internal();
  }
}
