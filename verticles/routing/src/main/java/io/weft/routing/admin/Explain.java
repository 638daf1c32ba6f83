package io.weft.routing.admin;

import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.weft.mesh.telemetry.Explanation.Candidate;
import io.weft.mesh.telemetry.Explanation.Failure;
import io.weft.mesh.telemetry.Explanation.Note;
import io.weft.mesh.telemetry.Explanation.Told;
import io.weft.mesh.telemetry.Explanation.Tried;
import io.weft.mesh.telemetry.Explanations;
import io.weft.routing.admin.api.ExplainQuery;
import io.weft.routing.admin.api.ExplainedCalls;
import io.weft.routing.admin.api.NodeOperations;
import io.weft.routing.gateway.HttpEdge;
import io.weft.routing.problem.Problem;
import io.weft.routing.problem.ProblemException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Shows how the latest calls of the site were made, of those that were to be explained. */
public final class Explain {
  private static final String RECENT = "/v1/explain";
  private static final String ONE = "/v1/explain/:trace";

  private final Everyone everyone;

  Explain(Everyone everyone) {
    this.everyone = everyone;
  }

  /**
   * Returns how calls of one node were made.
   *
   * @param trace those of this trace, whole; null for the latest, in short
   */
  public static ExplainedCalls of(Explanations explanations, @Nullable String trace) {
    var calls = new JsonArray();
    if (trace == null) {
      explanations.recent().forEach(each -> calls.add(summary(each.told())));
    } else {
      explanations.of(trace).forEach(each -> calls.add(whole(each.told())));
    }
    return new ExplainedCalls(calls.encode());
  }

  void mount(Router router) {
    router.get(RECENT).handler(this::recent);
    router.get(ONE).handler(this::one);
    HttpEdge.otherMethods(router, RECENT, Set.of(HttpMethod.GET));
    HttpEdge.otherMethods(router, ONE, Set.of(HttpMethod.GET));
  }

  /** One line for each, the latest first. */
  private void recent(RoutingContext context) {
    AdminReply.answer(
        context,
        () ->
            everyone
                .ask(NodeOperations.EXPLAINED, new ExplainQuery(null))
                .map(told -> json(told, (one, other) -> at(other).compareTo(at(one)))));
  }

  private void one(RoutingContext context) {
    var trace = context.pathParam("trace");
    AdminReply.answer(
        context,
        () ->
            everyone
                .ask(NodeOperations.EXPLAINED, new ExplainQuery(trace))
                .map(told -> json(told, (one, other) -> at(one).compareTo(at(other))))
                .map(all -> found(all.put("trace", trace))));
  }

  private static JsonObject found(JsonObject all) {
    if (all.getJsonArray("calls").isEmpty()) {
      throw new ProblemException(
          Problem.of(
              404,
              "explanation.not_found",
              "no call of this trace is explained (expected: the id of a trace, 32 hex digits, of a"
                  + " call that was to be explained; the latest are in "
                  + RECENT
                  + ")"));
    }
    return all;
  }

  private static Instant at(JsonObject call) {
    return Instant.parse(call.getString("at"));
  }

  private static JsonObject json(
      Everyone.Answers<ExplainedCalls> told, Comparator<JsonObject> order) {
    var all = new ArrayList<JsonObject>();
    told.byNode()
        .forEach(
            (node, answer) ->
                new JsonArray(answer.value().calls())
                    .forEach(call -> all.add(((JsonObject) call).put("node", node))));
    all.sort(order);
    return new JsonObject()
        .put("calls", new JsonArray(all))
        .put("missing", new JsonArray(new ArrayList<>(told.missing())));
  }

  private static JsonObject summary(Told call) {
    return new JsonObject()
        .put("trace", call.trace())
        .put("at", call.at().toString())
        .put("operation", call.operation())
        .put("caller", call.caller())
        .put("attempts", call.attempts().size())
        .put("tookMicros", call.tookMicros())
        .put("failure", failure(call.failure()));
  }

  private static JsonObject whole(Told call) {
    var attempts = new JsonArray();
    call.attempts().forEach(each -> attempts.add(attempt(each)));
    var notes = new JsonArray();
    call.notes().forEach(each -> notes.add(note(each)));
    var attributes = new JsonObject();
    call.attributes().forEach(attributes::put);
    return summary(call)
        .put("span", call.span())
        .put("kind", call.kind())
        .put("priority", call.priority())
        .put("attributes", attributes)
        .put("remainingMicros", call.remainingMicros())
        .put("attempts", attempts)
        .put("notes", notes);
  }

  private static JsonObject attempt(Tried attempt) {
    var candidates = new JsonArray();
    attempt.candidates().forEach(each -> candidates.add(candidate(each)));
    return new JsonObject()
        .put("atMicros", attempt.atMicros())
        .put("endpoint", attempt.endpoint())
        .put("tookMicros", attempt.tookMicros())
        .put("failure", failure(attempt.failure()))
        .put("candidates", candidates)
        .put("candidatesLeftOut", attempt.candidatesLeftOut());
  }

  private static JsonObject candidate(Candidate candidate) {
    return new JsonObject()
        .put("endpoint", candidate.endpoint())
        .put("costNanos", Double.isNaN(candidate.cost()) ? null : Math.round(candidate.cost()))
        .put("skipped", candidate.skipped());
  }

  private static JsonObject note(Note note) {
    return new JsonObject().put("atMicros", note.atMicros()).put("text", note.text());
  }

  private static @Nullable JsonObject failure(@Nullable Failure failure) {
    return failure == null
        ? null
        : new JsonObject().put("kind", failure.kind()).put("message", failure.message());
  }
}
