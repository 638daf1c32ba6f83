package io.weft.node.cli;

import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import io.weft.node.NodeLimits;
import io.weft.node.StartFailure;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code weft call}: makes one call of the mesh and prints its answer. */
@Command(
    name = "call",
    description = {
      "Calls an operation as an operator and prints the answer:",
      "  weft call users.get '{\"id\":\"…\"}'",
      "Exit code 1 when the call fails. With --key a command may be repeated safely."
    })
final class CallCommand extends AdminCommand {
  @Parameters(index = "0", paramLabel = "operation", description = "as in users.get")
  private String operation = "";

  @Parameters(index = "1", arity = "0..1", paramLabel = "body", description = "JSON (default: {})")
  private String body = "{}";

  @Option(names = "--key", paramLabel = "<key>", description = "the command's idempotency key")
  private @Nullable String key;

  @Option(names = "--timeout", paramLabel = "<millis>", description = "how long it is of use")
  private @Nullable Integer timeoutMillis;

  @Option(names = "--explain", description = "keep how it was made, and show it")
  private boolean explain;

  CallCommand(Shell shell) {
    super(shell);
  }

  @Override
  int once() {
    var answer = post("/v1/calls", request(), patience());
    boolean ok = answer.getString("outcome", "").equals("ok");
    if (!printedAsJson(answer)) {
      tell(answer, ok);
    }
    return ok ? ExitCode.OK : ExitCode.NOT_WELL;
  }

  private void tell(JsonObject answer, boolean ok) {
    if (ok) {
      var value = answer.getValue("body");
      shell.out().println(value instanceof JsonObject json ? json.encodePrettily() : value);
    } else {
      var failure = answer.getJsonObject("failure", new JsonObject());
      shell
          .err()
          .println(
              "! "
                  + answer.getString("outcome")
                  + ": "
                  + failure.getString("code", "")
                  + (failure.containsKey("code") ? ": " : "")
                  + failure.getString("message", ""));
    }
    shell
        .err()
        .println(
            "  "
                + Shown.micros(answer.getLong("micros", 0L))
                + ", trace "
                + answer.getString("trace"));
    if (explain) {
      Explanation.print(shell.out(), get("/v1/explain/" + encoded(answer.getString("trace"))));
    }
  }

  private JsonObject request() {
    var request = new JsonObject().put("operation", operation);
    try {
      request.put("body", new JsonObject(body));
    } catch (DecodeException e) {
      throw new StartFailure("body: \"" + body + "\" (expected: a JSON object)", e);
    }
    if (key != null) {
      request.put("key", key);
    }
    if (timeoutMillis != null) {
      request.put("timeoutMillis", timeoutMillis);
    }
    if (asking().node() != null) {
      request.put("node", asking().node());
    }
    return explain ? request.put("explain", true) : request;
  }

  private Duration patience() {
    return NodeLimits.ADMIN_TIMEOUT.plusMillis(timeoutMillis == null ? 0 : timeoutMillis);
  }
}
