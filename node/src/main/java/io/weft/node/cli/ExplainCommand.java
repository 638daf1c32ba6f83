package io.weft.node.cli;

import io.vertx.core.json.JsonObject;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code weft explain}: how a call was made, step by step. */
@Command(
    name = "explain",
    description = {
      "How a call was made: which endpoints were looked at, what became of each attempt, and why.",
      "Without an id: the latest calls that were explained. Calls are explained that ask for it",
      "(weft call --explain, Weft-Explain: 1), and one in so many with explain.oneIn."
    })
final class ExplainCommand extends AdminCommand {
  @Parameters(index = "0", arity = "0..1", paramLabel = "trace", description = "32 hex digits")
  private @Nullable String trace;

  ExplainCommand(Shell shell) {
    super(shell);
  }

  @Override
  int once() {
    var answer = get(trace == null ? "/v1/explain" : "/v1/explain/" + encoded(trace));
    if (!printedAsJson(answer)) {
      if (trace == null) {
        list(answer);
      } else {
        objects(answer, "calls").forEach(this::whole);
      }
      tellMissing(answer);
    }
    return ExitCode.OK;
  }

  private void list(JsonObject answer) {
    var table = table("AT", "NODE", "CALLER", "OPERATION", ">ATTEMPTS", ">TOOK", "FAILED", "TRACE");
    objects(answer, "calls")
        .forEach(
            call ->
                table.row(
                    call.getString("at"),
                    call.getString("node", Shown.NONE),
                    call.getString("caller"),
                    call.getString("operation"),
                    String.valueOf(call.getInteger("attempts")),
                    took(call),
                    kind(call),
                    call.getString("trace")));
    table.print(shell.out());
  }

  private static String took(JsonObject of) {
    var micros = of.getLong("tookMicros");
    return micros == null ? "runs" : Shown.micros(micros);
  }

  private static String kind(JsonObject of) {
    var failure = of.getJsonObject("failure");
    return failure == null ? "" : failure.getString("kind");
  }

  private void whole(JsonObject call) {
    say(
        "%s called by %s on %s at %s: %s%s",
        call.getString("operation"),
        call.getString("caller"),
        call.getString("node", "this node"),
        call.getString("at"),
        took(call),
        failed(call));
    objects(call, "attempts").forEach(this::attempt);
    objects(call, "notes")
        .forEach(
            note ->
                say("  %9s  %s", Shown.micros(note.getLong("atMicros")), note.getString("text")));
  }

  private static String failed(JsonObject of) {
    var failure = of.getJsonObject("failure");
    return failure == null
        ? ""
        : ", " + failure.getString("kind") + ": " + failure.getString("message");
  }

  private void attempt(JsonObject attempt) {
    say(
        "  %9s  attempt at %s: %s%s",
        Shown.micros(attempt.getLong("atMicros")),
        attempt.getString("endpoint"),
        took(attempt),
        failed(attempt));
    objects(attempt, "candidates")
        .forEach(
            candidate -> {
              var cost = candidate.getLong("costNanos");
              var skipped = candidate.getString("skipped");
              say(
                  "             %s%s%s",
                  candidate.getString("endpoint"),
                  cost == null ? "" : ", cost " + Shown.micros(cost / 1_000),
                  skipped == null ? "" : ", skipped: " + skipped);
            });
  }
}
