package io.weft.node.cli;

import io.vertx.core.json.JsonObject;
import io.weft.node.NodeLimits;
import io.weft.node.StartFailure;
import java.math.BigDecimal;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code weft plan}: how many instances hold a target of latency, and where they fit. */
@Command(
    name = "plan",
    description = {
      "Says how many instances of a service, or of all, hold a 99th percentile of latency at a"
          + " rate,",
      "and places them on the nodes. It changes nothing. What the model says of what is now stands",
      "beside what was measured over the last minutes (docs/SCALING.md).",
      "Exit code 1 when it cannot be done."
    })
final class PlanCommand extends AdminCommand {
  private static final Pattern MILLIS = Pattern.compile("([0-9]{1,5})(ms|s)");
  private static final Pattern RATE = Pattern.compile("([0-9]{1,3}(?:\\.[0-9]{1,2})?)x");

  @Parameters(index = "0", arity = "0..1", paramLabel = "service", description = "default: all")
  private @Nullable String service;

  @Option(
      names = "--p99",
      required = true,
      paramLabel = "<duration>",
      description = "what 99 %% of the answers are to take at most, as in 50ms")
  private String p99 = "";

  @Option(
      names = "--rate",
      paramLabel = "<factor>",
      description = "for so many times the present rate, as in 1.5x (default: 1x)")
  private String rate = "1x";

  PlanCommand(Shell shell) {
    super(shell);
  }

  @Override
  int once() {
    var body = new JsonObject().put("p99Millis", millis()).put("ratePercent", percent());
    if (service != null) {
      body.put("service", service);
    }
    var timeout = NodeLimits.PLAN_TIMEOUT.plus(NodeLimits.ADMIN_TIMEOUT);
    return tell(post("/v1/plan", body, timeout));
  }

  private int millis() {
    var parts = MILLIS.matcher(p99);
    if (!parts.matches()) {
      throw new StartFailure("--p99: \"" + p99 + "\" (expected: a duration, as in 50ms or 2s)");
    }
    return Integer.parseInt(parts.group(1)) * (parts.group(2).equals("s") ? 1_000 : 1);
  }

  private int percent() {
    var parts = RATE.matcher(rate);
    if (!parts.matches()) {
      throw new StartFailure("--rate: \"" + rate + "\" (expected: a factor, as in 1.5x)");
    }
    return new BigDecimal(parts.group(1)).movePointRight(2).intValueExact();
  }

  private int tell(JsonObject plan) {
    if (printedAsJson(plan)) {
      return plan.getBoolean("feasible") ? ExitCode.OK : ExitCode.NOT_WELL;
    }
    var table =
        table("SERVICE", ">CALLS/S", ">NOW", ">PLANNED", ">P99 PREDICTED", ">CALL", ">AT A TIME");
    for (var item : plan.getJsonArray("services")) {
      var each = (JsonObject) item;
      var model = each.getJsonObject("model");
      table.row(
          each.getString("service"),
          number(each.getDouble("perSecond")),
          String.valueOf(each.getInteger("present")),
          String.valueOf(each.getInteger("instances")),
          each.containsKey("predictedP99Millis")
              ? number(each.getDouble("predictedP99Millis")) + " ms"
              : "-",
          model == null ? "-" : number(model.getDouble("serviceMillis")) + " ms",
          model == null ? "-" : String.valueOf(model.getInteger("serversPerInstance")));
    }
    table.print(shell.out());
    objects(plan, "services")
        .filter(each -> service == null || service.equals(each.getString("service")))
        .filter(each -> !each.containsKey("model"))
        .forEach(this::unknown);
    checks(plan);
    placements(plan);
    for (var problem : plan.getJsonArray("problems")) {
      shell.out().println("! " + problem);
    }
    tellMissing(plan);
    return plan.getBoolean("feasible") ? ExitCode.OK : ExitCode.NOT_WELL;
  }

  private void unknown(JsonObject each) {
    say(
        "! %s: left as it is: fewer than %d calls in the last minute to plan from",
        each.getString("service"), NodeLimits.LOAD_CALLS_MIN);
  }

  private void checks(JsonObject plan) {
    var table =
        table("", "NODE", ">INSTANCES", ">CALLS/S", ">P99 MEASURED", ">P99 PREDICTED", ">ERROR");
    boolean any = false;
    for (var item : plan.getJsonArray("services")) {
      var each = (JsonObject) item;
      for (var one : each.getJsonArray("measured")) {
        var check = (JsonObject) one;
        any = true;
        table.row(
            each.getString("service"),
            check.getString("node"),
            String.valueOf(check.getInteger("instances")),
            number(check.getDouble("perSecond")),
            number(check.getDouble("measuredP99Millis")) + " ms",
            number(check.getDouble("predictedP99Millis")) + " ms",
            String.format(Locale.ROOT, "%+.0f %%", 100 * check.getDouble("error")));
      }
    }
    if (any) {
      shell.out().println();
      table.print(shell.out());
    }
  }

  private void placements(JsonObject plan) {
    var table = table("", "NODE", ">NOW", ">PLANNED", ">CORES USED");
    for (var item : plan.getJsonArray("placements")) {
      var place = (JsonObject) item;
      var node = place.getString("node");
      table.row(
          place.getString("service"),
          node,
          String.valueOf(place.getInteger("present")),
          String.valueOf(place.getInteger("instances")),
          String.format(
              Locale.ROOT, "%.0f %%", 100 * plan.getJsonObject("use").getDouble(node, 0.0)));
    }
    if (!plan.getJsonArray("placements").isEmpty()) {
      shell.out().println();
      table.print(shell.out());
    }
  }

  private static String number(double number) {
    return String.format(Locale.ROOT, "%.1f", number);
  }
}
