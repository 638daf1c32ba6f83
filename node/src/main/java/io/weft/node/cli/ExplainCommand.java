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
        Explanation.print(shell.out(), answer);
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
                    Shown.moment(call.getString("at")),
                    call.getString("node", Shown.NONE),
                    call.getString("caller"),
                    call.getString("operation"),
                    String.valueOf(call.getInteger("attempts")),
                    Explanation.took(call),
                    Explanation.kind(call),
                    call.getString("trace")));
    table.print(shell.out(), "no call was explained of late: see weft explain --help");
  }
}
