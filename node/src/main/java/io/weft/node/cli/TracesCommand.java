package io.weft.node.cli;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.HashMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code weft traces}: recent, slow and failed traces, and the spans of one. */
@Command(
    name = "traces",
    description = "Recent and slow traces of the site; with an id: its spans, as they called.")
final class TracesCommand extends AdminCommand {
  @Parameters(index = "0", arity = "0..1", paramLabel = "trace", description = "32 hex digits")
  private @Nullable String trace;

  @Option(names = "--slower", paramLabel = "<millis>", description = "that took at least as long")
  private @Nullable Integer slowerThanMillis;

  @Option(names = "--operation", paramLabel = "<name>", description = "that went through it")
  private @Nullable String operation;

  @Option(names = "--failed", description = "that failed somewhere")
  private boolean failed;

  @Option(names = "--limit", paramLabel = "<traces>", description = "(default: ${DEFAULT-VALUE})")
  private int limit = 50;

  TracesCommand(Shell shell) {
    super(shell);
  }

  @Override
  int once() {
    var answer =
        get(
            trace == null
                ? "/v1/traces"
                    + query(
                        "limit",
                        "" + limit,
                        "operation",
                        operation,
                        "slowerThanMillis",
                        slowerThanMillis == null ? null : "" + slowerThanMillis,
                        "failed",
                        failed ? "true" : null)
                : "/v1/traces/" + encoded(trace));
    if (!printedAsJson(answer)) {
      if (trace == null) {
        list(answer);
      } else {
        tree(answer);
      }
      tellMissing(answer);
    }
    return ExitCode.OK;
  }

  private void list(JsonObject answer) {
    var table = table("AT", ">TOOK", ">SPANS", "FAILED", "ROOT", "SERVICES", "TRACE");
    objects(answer, "traces")
        .forEach(
            each ->
                table.row(
                    Shown.moment(each.getString("at")),
                    Shown.micros(each.getLong("micros", 0L)),
                    String.valueOf(each.getInteger("spans", 0)),
                    each.getBoolean("failed", false) ? "yes" : "",
                    each.getString("root"),
                    each.getJsonArray("services", new JsonArray()).stream()
                        .map(String::valueOf)
                        .collect(Collectors.joining(" ")),
                    each.getString("trace")));
    table.print(shell.out(), "no trace that fits is kept");
  }

  private void tree(JsonObject answer) {
    var table = table(">AT", ">TOOK", "SPAN", "NODE", "KIND", "OUTCOME");
    var depths = new HashMap<String, Integer>();
    objects(answer, "spans")
        .forEach(
            span -> {
              int depth = depths.getOrDefault(span.getString("parent", ""), -1) + 1;
              depths.put(span.getString("span"), depth);
              table.row(
                  Shown.micros(span.getLong("offsetMicros", 0L)),
                  Shown.micros(span.getLong("micros", 0L)),
                  "  ".repeat(depth) + span.getString("name"),
                  span.getString("node"),
                  span.getString("kind"),
                  span.getString("outcome", ""));
            });
    table.print(shell.out());
  }
}
