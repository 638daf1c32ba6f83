package io.weft.node.cli;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code weft tap}: calls as they are made, by filter. */
@Command(
    name = "tap",
    description = {
      "Calls as they are made anywhere in the site, one line each, until interrupted.",
      "The filters are applied where the call is made; a node tells at most 1,000 a second.",
      "What a filter names and is not there is said, and waited for."
    })
final class TapCommand extends AdminCommand {
  @Option(names = "--service", paramLabel = "<name>", description = "that is called")
  private @Nullable String service;

  @Option(names = "--operation", paramLabel = "<name>", description = "as in orders.place")
  private @Nullable String operation;

  @Option(names = "--caller", paramLabel = "<name>", description = "the service that calls")
  private @Nullable String caller;

  @Option(
      names = "--outcome",
      paramLabel = "<outcome>",
      completionCandidates = Choices.Outcomes.class,
      description = "ok, NotSent, Rejected, Expired, Unknown, Application; failed for all but ok")
  private @Nullable String outcome;

  @Option(names = "--slower", paramLabel = "<millis>", description = "that took at least as long")
  private @Nullable Integer slowerThanMillis;

  @Option(names = "--limit", paramLabel = "<calls>", description = "and then end")
  private @Nullable Integer limit;

  TapCommand(Shell shell) {
    super(shell);
  }

  @Override
  int once() {
    var left = new AtomicInteger(limit == null ? Integer.MAX_VALUE : limit);
    stream(path(), (name, data) -> told(name, data, left));
    return ExitCode.OK;
  }

  private String path() {
    return "/v1/tap"
        + query(
            "service",
            service,
            "operation",
            operation,
            "caller",
            caller,
            "outcome",
            outcome,
            "node",
            asking().node(),
            "slowerThanMillis",
            slowerThanMillis == null ? null : slowerThanMillis.toString(),
            "limit",
            limit == null ? null : limit.toString());
  }

  private boolean told(String name, JsonObject data, AtomicInteger left) {
    if (name.equals("dropped")) {
      shell.err().println("! " + data.getLong("count") + " more were not told");
      return true;
    }
    if (name.equals("absent")) {
      shell.err().println(absent(data));
      return true;
    }
    if (!name.equals("call")) {
      return true;
    }
    shell.out().println(asking().json() ? data.encode() : line(data));
    shell.out().flush();
    return left.decrementAndGet() > 0;
  }

  private static String absent(JsonObject data) {
    var known = data.getJsonArray("known", new JsonArray());
    int more = data.getInteger("more", 0);
    return "! --%s: no %s \"%s\" is registered now (there are: %s%s): waiting for it"
        .formatted(
            data.getString("filter"),
            data.getString("filter"),
            data.getString("name"),
            known.stream().map(String::valueOf).collect(Collectors.joining(", ")),
            more > 0 ? ", and " + more + " more" : "");
  }

  private static String line(JsonObject call) {
    int attempts = call.getInteger("attempts", 1);
    var principal = call.getString("principal", "");
    return String.format(
        Locale.ROOT,
        "%s %-5s %-12s -> %-24s %-20s %-11s %9s%s %s%s",
        Shown.clock(call.getString("at")),
        call.getString("node"),
        call.getString("caller"),
        call.getString("operation"),
        call.getString("targetNode", "") + "/" + call.getString("instance", ""),
        call.getString("outcome"),
        Shown.micros(call.getLong("micros", 0L)),
        attempts > 1 ? " x" + attempts : "",
        call.getString("trace"),
        principal.isEmpty() ? "" : " by " + principal);
  }
}
