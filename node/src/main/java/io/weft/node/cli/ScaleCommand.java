package io.weft.node.cli;

import io.vertx.core.json.JsonObject;
import io.weft.node.NodeLimits;
import io.weft.node.StartFailure;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code weft scale}: changes how many instances of services run, while they run, or shows it. */
@Command(
    name = "scale",
    description = {
      "Sets the number of live instances of services across the site, for good: nodes that die or",
      "restart do not change it. Without arguments it shows the numbers, and why they are so.",
      "Exit code 1 when not all of it was done, or calls failed meanwhile."
    })
final class ScaleCommand extends AdminCommand {
  /** As many rounds as there may be, each with a step, and the wait for what it shows. */
  private static final Duration TIMEOUT =
      NodeLimits.SCALE_STEP_TIMEOUT
          .plus(NodeLimits.SCALE_VISIBLE_TIMEOUT)
          .plus(NodeLimits.SCALE_REPLAN_DELAY)
          .multipliedBy(NodeLimits.SCALE_ROUNDS)
          .plus(NodeLimits.ADMIN_TIMEOUT);

  @Parameters(
      arity = "0..*",
      paramLabel = "service=instances",
      description = "such as users=4 orders=2")
  private List<String> wanted = List.of();

  @Option(
      names = "--zone",
      paramLabel = "<zone>",
      description = "counts the instances in this zone only, from now on")
  private @Nullable String zone;

  @Mixin private final Changing changing = new Changing();

  ScaleCommand(Shell shell) {
    super(shell);
  }

  @Override
  int once() {
    if (wanted.isEmpty()) {
      boolean reached = !changing.waits() || becomesAsDesired(service -> true);
      var state = get("/v1/scale");
      if (!printedAsJson(state)) {
        show(state);
      }
      return reached ? ExitCode.OK : ExitCode.NOT_WELL;
    }
    var desired = desired();
    var body = new JsonObject().put("services", desired).put("dryRun", changing.dryRun());
    if (zone != null) {
      body.put("zone", zone);
    }
    var answer = post("/v1/scale", body, TIMEOUT);
    if (changing.waits() && !changing.dryRun()) {
      answer.put("reached", becomesAsDesired(desired::containsKey));
    }
    return tell(answer);
  }

  private JsonObject desired() {
    var desired = new JsonObject();
    for (var part : wanted) {
      int equals = part.indexOf('=');
      var name = equals < 0 ? "" : part.substring(0, equals);
      var count = part.substring(equals + 1);
      if (name.isEmpty() || !count.matches("[0-9]{1,6}") || desired.containsKey(name)) {
        throw new StartFailure(
            "\"" + part + "\" (expected: service=instances, each once, as in users=4)");
      }
      desired.put(name, Integer.parseInt(count));
    }
    return desired;
  }

  private void show(JsonObject state) {
    var table = table("SERVICE", ">DESIRED", ">ACTUAL", "NODES", "AUTOSCALE");
    for (var item : state.getJsonArray("services")) {
      var service = (JsonObject) item;
      var nodes = service.getJsonObject("nodes");
      var auto = service.getJsonObject("autoscale");
      table.row(
          service.getString("service"),
          desired(service),
          String.valueOf(service.getInteger("actual")),
          nodes.stream()
              .map(each -> each.getKey() + "=" + each.getValue())
              .collect(Collectors.joining(" ")),
          auto == null
              ? "-"
              : "%s in flight each, %d to %d"
                  .formatted(
                      auto.getValue("target"),
                      auto.getInteger("floor"),
                      auto.getInteger("ceiling")));
    }
    table.print(shell.out());
    for (var item : state.getJsonArray("decisions")) {
      var decision = (JsonObject) item;
      shell
          .out()
          .printf(
              Locale.ROOT,
              "epoch %d, %s, at %s: %s%n",
              decision.getLong("epoch"),
              Shown.moment(decision.getString("at")),
              decision.getString("by"),
              decision.getString("why"));
    }
  }

  private static String desired(JsonObject service) {
    if (!service.containsKey("desired")) {
      return "-";
    }
    var zones = service.getJsonObject("zones");
    var text =
        zones.stream()
            .map(each -> each.getKey() + "=" + each.getValue())
            .collect(Collectors.joining(" "));
    var site = service.getInteger("site");
    return text.isEmpty() || site == null
        ? text.isEmpty() ? String.valueOf(site) : text
        : site + " " + text;
  }

  private int tell(JsonObject answer) {
    boolean dryRun = answer.getBoolean("dryRun", false);
    long errors = answer.getLong("errors", 0L);
    boolean well = dryRun || (errors == 0 && there(answer));
    if (!printedAsJson(answer)) {
      print(answer, dryRun, errors);
    }
    return well ? ExitCode.OK : ExitCode.NOT_WELL;
  }

  /** Returns whether there is what was wanted: now, or since it was waited for. */
  private boolean there(JsonObject answer) {
    return answer.getBoolean(
        "reached",
        answer.getBoolean("visible", true) && objects(answer, "services").allMatch(this::asWanted));
  }

  /** In a zone the answer has no number of its own to compare with: its steps say what failed. */
  private boolean asWanted(JsonObject service) {
    return zone == null
        ? service.getInteger("after").equals(service.getInteger("desired"))
        : objects(service, "steps").noneMatch(step -> step.containsKey("error"));
  }

  private void print(JsonObject answer, boolean dryRun, long errors) {
    objects(answer, "services").forEach(service -> service(service, dryRun));
    if (dryRun) {
      shell.out().println("nothing was changed");
      return;
    }
    shell
        .out()
        .printf(
            Locale.ROOT,
            "done in %d ms, %d calls failed meanwhile%n",
            answer.getLong("tookMillis", 0L),
            errors);
    if (!answer.getBoolean("visible", true)) {
      shell.out().println("! the registry does not show it yet: see scripts/status.sh");
    }
    tellMissing(answer);
    if (answer.containsKey("reached")) {
      say(
          answer.getBoolean("reached")
              ? "the site is as desired"
              : "! the site is not as desired after "
                  + NodeLimits.SITE_WAIT.toSeconds()
                  + " s: see scripts/weft doctor");
    }
  }

  private void service(JsonObject service, boolean dryRun) {
    shell
        .out()
        .printf(
            Locale.ROOT,
            "%s: %d -> %d instances%n",
            service.getString("service"),
            service.getInteger("before"),
            service.getInteger("after"));
    objects(service, "steps").forEach(this::step);
    if (!dryRun && !asWanted(service)) {
      shell
          .out()
          .printf(
              Locale.ROOT,
              "! %d are desired: nodes go on to make them so%n",
              service.getInteger("desired"));
    }
  }

  private void step(JsonObject step) {
    var error = step.getString("error");
    shell
        .out()
        .printf(
            Locale.ROOT,
            "  %s: %d -> %d%s%s%n",
            step.getString("node"),
            step.getInteger("from"),
            step.getInteger("to"),
            step.containsKey("tookMillis") ? " in " + step.getLong("tookMillis") + " ms" : "",
            error != null
                ? " FAILED: " + error
                : step.getInteger("served", 0) > 0
                    ? ", " + step.getInteger("served") + " new ones have served"
                    : "");
  }
}
