package io.weft.routing.admin;

import io.vertx.core.Future;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.weft.mesh.telemetry.TraceSummary;
import io.weft.mesh.wire.JsonCodec;
import io.weft.routing.RoutingLimits;
import io.weft.routing.gateway.HttpEdge;
import io.weft.routing.problem.Problem;
import io.weft.routing.problem.ProblemException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** The routes of the admin API that show traces: those that the nodes keep, put together. */
final class TraceRoutes {
  private static final String ALL = "/v1/traces";
  private static final String ONE = ALL + "/:trace";
  private static final String NODE_TRACES = "node.traces";
  private static final Pattern ID = Pattern.compile("[0-9a-f]{32}");
  private static final int LIMIT = 50;
  private static final int SLOWER_MAX_MILLIS = 3_600_000;
  private static final long MICRO_NANOS = 1_000;

  private final Everyone everyone;

  TraceRoutes(Everyone everyone) {
    this.everyone = everyone;
  }

  void mount(Router router) {
    router.get(ALL).handler(context -> AdminReply.answer(context, () -> list(context)));
    router.get(ONE).handler(context -> AdminReply.answer(context, () -> one(context)));
    HttpEdge.otherMethods(router, ALL, Set.of(HttpMethod.GET));
    HttpEdge.otherMethods(router, ONE, Set.of(HttpMethod.GET));
  }

  private Future<JsonObject> list(RoutingContext context) {
    var asked = new Questions(context, "limit", "slowerThanMillis", "operation", "failed");
    int limit = asked.whole("limit", 1, RoutingLimits.TRACES_TOLD_MAX, LIMIT);
    var question =
        new JsonObject()
            .put("limit", limit)
            .put("slowerThanMillis", asked.whole("slowerThanMillis", 0, SLOWER_MAX_MILLIS, 0))
            .put("failed", asked.flag("failed"));
    var operation = asked.text("operation");
    return everyone
        .ask(NODE_TRACES, operation == null ? question : question.put("operation", operation))
        .map(
            told -> {
              var all = new ArrayList<TraceSummary>();
              told.values()
                  .forEach(
                      answer ->
                          objects(answer, "traces")
                              .forEach(
                                  each ->
                                      all.add(
                                          JsonCodec.decode(each.toBuffer(), TraceSummary.class))));
              var traces = new JsonArray();
              TraceSummary.merged(all, limit).forEach(each -> traces.add(json(each)));
              return new JsonObject().put("traces", traces).put("missing", missing(told));
            });
  }

  private Future<JsonObject> one(RoutingContext context) {
    new Questions(context);
    var trace = context.pathParam("trace");
    if (!ID.matcher(trace).matches()) {
      throw Questions.wrong("trace", "not the id of a trace (expected: 32 hex digits)");
    }
    return everyone
        .ask(NODE_TRACES, new JsonObject().put("trace", trace))
        .map(
            told -> {
              var spans = spans(told.values());
              if (spans.isEmpty()) {
                throw new ProblemException(
                    Problem.of(
                        404,
                        "trace.not_found",
                        "no node keeps a span of it (expected: the id of a trace of late; "
                            + ALL
                            + " lists them)"));
              }
              return new JsonObject()
                  .put("trace", trace)
                  .put("spans", spans)
                  .put("missing", missing(told));
            });
  }

  /** Returns the spans of a trace by their beginning, each with its distance from the first. */
  private static JsonArray spans(List<JsonObject> answers) {
    var once = new LinkedHashMap<String, JsonObject>();
    for (var answer : answers) {
      for (var span : objects(answer, "spans")) {
        once.putIfAbsent(span.getString("span") + span.getString("kind"), span);
      }
    }
    var all = new ArrayList<>(once.values());
    all.sort(Comparator.comparing(TraceRoutes::at));
    var spans = new JsonArray();
    for (var span : all) {
      var offset = Duration.between(at(all.get(0)), at(span));
      spans.add(span.put("offsetMicros", offset.toNanos() / MICRO_NANOS));
    }
    return spans;
  }

  private static Instant at(JsonObject span) {
    return Instant.parse(span.getString("at"));
  }

  private static JsonObject json(TraceSummary trace) {
    return new JsonObject()
        .put("trace", trace.trace())
        .put("at", trace.at().toString())
        .put("root", trace.root())
        .put("micros", trace.micros())
        .put("spans", trace.spans())
        .put("failed", trace.failed())
        .put("services", new JsonArray(new ArrayList<>(trace.services())));
  }

  private static JsonArray missing(Everyone.Answers<?> told) {
    return new JsonArray(new ArrayList<>(told.missing()));
  }

  private static List<JsonObject> objects(JsonObject answer, String key) {
    return answer.getJsonArray(key, new JsonArray()).stream().map(JsonObject.class::cast).toList();
  }
}
