package io.weft.routing.admin;

import io.vertx.core.Future;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.weft.mesh.MeshLimits;
import io.weft.mesh.policy.PolicyException;
import io.weft.mesh.time.Timers;
import io.weft.routing.gateway.BodyReader;
import io.weft.routing.gateway.HttpEdge;
import io.weft.routing.gateway.Responses;
import io.weft.routing.problem.Fault;
import io.weft.routing.problem.Problem;
import io.weft.routing.problem.ProblemException;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The routes of the admin API by which policies are looked at and changed. */
final class PolicyRoutes {
  private static final Logger LOG = LoggerFactory.getLogger(PolicyRoutes.class);
  private static final Pattern EPOCH = Pattern.compile("[0-9]{1,18}");
  private static final Pattern IF_MATCH = Pattern.compile("\"?([0-9]{1,18})\"?");
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._/~ -]{1,128}");
  private static final String NAME_DEFAULT = "policies.yaml";
  private static final int CONFLICT = 409;
  private static final int PRECONDITION_FAILED = 412;

  private final PolicyControl control;
  private final Timers timers;

  PolicyRoutes(PolicyControl control, Timers timers) {
    this.control = control;
    this.timers = timers;
  }

  void mount(Router router) {
    router.get("/v1/policies").handler(c -> send(c, control.show()));
    router.post("/v1/policies").handler(this::apply);
    router.post("/v1/policies/rollback").handler(c -> answer(c, () -> rollback(c)));
    HttpEdge.otherMethods(router, "/v1/policies", Set.of(HttpMethod.GET, HttpMethod.POST));
    HttpEdge.otherMethods(router, "/v1/policies/rollback", Set.of(HttpMethod.POST));
  }

  private void apply(RoutingContext context) {
    boolean dryRun = context.queryParams().contains("dry-run");
    if (dryRun) {
      Audit.unchanging(context);
    }
    answer(
        context,
        () ->
            BodyReader.read(context.request(), MeshLimits.POLICIES_MAX_BYTES, timers)
                .compose(
                    body -> {
                      var matched = ifMatch(context);
                      var expected = matched == null ? epoch(context, "expect", dryRun) : matched;
                      return control.apply(
                          body, name(context), expected == null ? 0 : expected, dryRun);
                    }));
  }

  /** What counts now must be what was looked at, if the request says what that was. */
  private Future<JsonObject> rollback(RoutingContext context) {
    var to = epoch(context, "to", true);
    var expected = ifMatch(context);
    var present = control.show();
    if (expected != null && present.getLong("epoch", 0L) != expected.longValue()) {
      throw new ProblemException(
          Problem.of(
              PRECONDITION_FAILED,
              "policies.conflict",
              "epoch "
                  + present.getLong("epoch", 0L)
                  + " counts, "
                  + present.getString("how", "applied")
                  + " at "
                  + present.getString("by", "a node")
                  + ", "
                  + present.getString("at", "just now")
                  + " (expected: "
                  + expected
                  + "): look at it, and ask again"));
    }
    return control.rollback(to);
  }

  /** Returns the epoch that the request was made for, if a header says so. */
  private static @Nullable Long ifMatch(RoutingContext context) {
    var text = context.request().getHeader(HttpHeaders.IF_MATCH);
    if (text == null) {
      return null;
    }
    var epoch = IF_MATCH.matcher(text);
    if (!epoch.matches()) {
      throw new ProblemException(
          Problem.of(
              400,
              "request.invalid",
              "If-Match: " + text + " (expected: an epoch, as GET /v1/policies shows it)"));
    }
    return Long.parseLong(epoch.group(1));
  }

  private static String name(RoutingContext context) {
    var name = context.queryParams().get("name");
    if (name == null) {
      return NAME_DEFAULT;
    }
    if (!NAME.matcher(name).matches()) {
      throw new ProblemException(
          Problem.invalid("/name", "\"" + name + "\" (expected: the name of a file)"));
    }
    return name;
  }

  private static @Nullable Long epoch(RoutingContext context, String parameter, boolean optional) {
    var text = context.queryParams().get(parameter);
    if (text == null && optional) {
      return null;
    }
    if (text == null || !EPOCH.matcher(text).matches()) {
      throw new ProblemException(
          Problem.invalid(
              "/" + parameter,
              (text == null ? "nothing" : "\"" + text + "\"")
                  + " (expected: an epoch, as GET /v1/policies shows it)"));
    }
    return Long.parseLong(text);
  }

  private static void answer(RoutingContext context, Supplier<Future<JsonObject>> task) {
    Future.succeededFuture()
        .compose(go -> task.get())
        .onSuccess(
            done -> {
              Audit.subject(context, "epoch " + done.getLong("epoch", 0L));
              send(context, done);
            })
        .onFailure(e -> Responses.problem(context, problem(context, e)));
  }

  private static void send(RoutingContext context, JsonObject json) {
    context.response().putHeader(HttpHeaders.CACHE_CONTROL, "no-store");
    Responses.send(context, 200, Responses.JSON, json.toBuffer());
  }

  private static Problem problem(RoutingContext context, Throwable failure) {
    if (failure instanceof ProblemException known) {
      return known.problem();
    }
    if (failure instanceof PolicyException refused) {
      return refused.isConflict()
          ? Problem.of(
              ifMatch(context) == null ? CONFLICT : PRECONDITION_FAILED,
              "policies.conflict",
              String.valueOf(refused.getMessage()))
          : new Problem(
              400,
              "policies.invalid",
              String.valueOf(refused.getMessage()),
              refused.problems().stream().map(line -> new Fault("", line)).toList(),
              null);
    }
    LOG.warn("The policies could not be changed", failure);
    return Problem.unavailable(
        "policies.unavailable", "the policies could not be changed: " + failure.getMessage());
  }
}
