package io.weft.routing.admin;

import io.vertx.core.Future;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import io.weft.mesh.MeshFailure;
import io.weft.routing.gateway.Responses;
import io.weft.routing.problem.Problem;
import io.weft.routing.problem.ProblemException;
import java.util.List;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How the admin API answers: JSON that nobody keeps, and problem documents. */
final class AdminReply {
  private static final Logger LOG = LoggerFactory.getLogger(AdminReply.class);
  private static final int OK = 200;

  private AdminReply() {}

  /** Answers with what a task comes to, or with the problem that it fails with. */
  static void answer(RoutingContext context, Supplier<Future<JsonObject>> task) {
    Future.succeededFuture()
        .compose(go -> task.get())
        .onSuccess(done -> send(context, done))
        .onFailure(e -> Responses.problem(context, problem(e)));
  }

  static void send(RoutingContext context, JsonObject json) {
    context.response().putHeader(HttpHeaders.CACHE_CONTROL, "no-store");
    Responses.send(context, OK, Responses.JSON, json.toBuffer());
  }

  /** Returns what a failure means to an operator, who is told more than a client is. */
  static Problem problem(Throwable failure) {
    if (failure instanceof ProblemException known) {
      return known.problem();
    }
    if (failure instanceof MeshFailure.Application answered) {
      return new Problem(
          status(answered.code()),
          answered.code(),
          String.valueOf(answered.getMessage()),
          List.of(),
          answered.retryAfter());
    }
    if (failure instanceof MeshFailure.NotSent || failure instanceof MeshFailure.Rejected) {
      return Problem.unavailable("service.unavailable", String.valueOf(failure.getMessage()));
    }
    if (failure instanceof MeshFailure met) {
      return Problem.of(504, "outcome.unknown", met.kind() + ": " + met.getMessage());
    }
    LOG.error("the admin API failed", failure);
    return Problem.internal();
  }

  private static int status(String code) {
    if (code.endsWith(".not_found")) {
      return 404;
    }
    return code.equals("request.invalid") || code.endsWith(".invalid") ? 400 : 409;
  }
}
