package io.weft.node.cli;

import io.vertx.core.json.JsonObject;
import picocli.CommandLine.Command;

/** {@code weft instances}: every instance of every service, and how much it has to do. */
@Command(
    name = "instances",
    description = {
      "The instances of services, and what each has to do. What one that stands for another site is",
      "asked is done there: STANDS FOR, where there is one, is that site's name."
    })
final class InstancesCommand extends StatView {
  private static final String CLOSED = "CLOSED";

  InstancesCommand(Shell shell) {
    super(shell);
  }

  @Override
  int show(JsonObject stat) {
    var table =
        table(
            "SERVICE",
            "NODE",
            "INSTANCE",
            "VERSION",
            "STATE",
            ">RATE",
            ">SUCCESS",
            ">P99",
            ">RUNNING",
            ">LIMIT",
            ">QUEUED",
            "BREAKER",
            standsForOther(stat) ? "STANDS FOR" : "+STANDS FOR");
    int[] ill = new int[1];
    objects(stat, "services")
        .filter(service -> ofService(service.getString("service")))
        .forEach(
            service ->
                objects(service, "instanceStats")
                    .filter(instance -> ofNode(instance.getString("node")))
                    .forEach(
                        instance -> {
                          row(table, service.getString("service"), instance);
                          ill[0] += instance.getString("breaker", CLOSED).equals(CLOSED) ? 0 : 1;
                        }));
    table.print(shell.out());
    return ill[0] == 0 ? ExitCode.OK : ExitCode.NOT_WELL;
  }

  private static boolean standsForOther(JsonObject stat) {
    return objects(stat, "services")
        .flatMap(service -> objects(service, "instanceStats"))
        .anyMatch(instance -> instance.containsKey("site"));
  }

  private static void row(Table table, String service, JsonObject instance) {
    table.row(
        service,
        instance.getString("node"),
        instance.getString("instance"),
        instance.getString("version"),
        instance.getString("state"),
        Shown.rate(instance.getDouble("perSecond", 0.0)),
        Shown.ofAny(instance, Shown.share(instance.getDouble("success", 1.0))),
        Shown.ofAny(instance, Shown.micros(instance.getLong("p99Micros", 0L))),
        String.valueOf(instance.getLong("inFlight", 0L)),
        String.valueOf(instance.getLong("limit", 0L)),
        String.valueOf(instance.getLong("queued", 0L)),
        instance.getString("breaker", CLOSED),
        instance.getString("site", ""));
  }
}
