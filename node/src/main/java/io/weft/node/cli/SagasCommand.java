package io.weft.node.cli;

import io.vertx.core.json.JsonObject;
import io.weft.node.NodeLimits;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code weft sagas}: orders that cannot be brought to their end, and how one went. */
@Command(
    name = "sagas",
    description = {
      "The orders that are parked: nobody tries to bring them to their end any more.",
      "With an id: what happened to that order, step by step; with --retry: lets it go on."
    })
final class SagasCommand extends AdminCommand {
  @Parameters(index = "0", arity = "0..1", paramLabel = "order", description = "the order's id")
  private @Nullable String order;

  @Option(names = "--retry", description = "let a parked order go on")
  private boolean retry;

  SagasCommand(Shell shell) {
    super(shell);
  }

  @Override
  int once() {
    if (order == null) {
      return list(get("/v1/sagas?state=parked"));
    }
    var path = "/v1/sagas/" + encoded(order);
    if (retry) {
      post(path + "/retry", new JsonObject(), NodeLimits.ADMIN_TIMEOUT);
    }
    return timeline(get(path));
  }

  private int list(JsonObject answer) {
    if (!printedAsJson(answer)) {
      var table = table("ORDER", "STATUS", "PARKED AT", ">FAILED", "REASON", "+USER");
      objects(answer, "sagas")
          .forEach(
              saga ->
                  table.row(
                      saga.getString("id"),
                      saga.getString("status"),
                      Shown.moment(saga.getString("parkedAt")),
                      String.valueOf(saga.getInteger("failedAttempts", 0)),
                      saga.getString("reason", ""),
                      saga.getString("userId")));
      table.print(shell.out(), "no order is parked");
    }
    return ExitCode.OK;
  }

  private int timeline(JsonObject saga) {
    if (!printedAsJson(saga)) {
      var parked = saga.getJsonObject("parked");
      say(
          "order %s of user %s: %s%s",
          saga.getString("id"),
          saga.getString("userId"),
          saga.getString("status"),
          parked == null ? "" : ", parked: " + parked.getString("reason"));
      var table = table("AT", "WHAT", "STATUS", "+>POSITION");
      objects(saga, "steps")
          .forEach(
              step ->
                  table.row(
                      Shown.moment(step.getString("at")),
                      step.getString("topic"),
                      step.getString("status", ""),
                      String.valueOf(step.getLong("position", 0L))));
      table.print(shell.out());
    }
    return ExitCode.OK;
  }
}
