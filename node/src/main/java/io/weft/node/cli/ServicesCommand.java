package io.weft.node.cli;

import io.vertx.core.json.JsonObject;
import java.util.TreeMap;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;

/** {@code weft services}: what is served, by how many, and how well. */
@Command(name = "services", description = "The services of the site, and how well they do.")
final class ServicesCommand extends StatView {
  ServicesCommand(Shell shell) {
    super(shell);
  }

  @Override
  int show(JsonObject stat) {
    var table =
        table("SERVICE", ">INSTANCES", ">RATE", ">SUCCESS", ">P50", ">P95", ">P99", "+STAND-INS");
    objects(stat, "services")
        .filter(service -> ofService(service.getString("service")))
        .forEach(
            service -> {
              var golden = golden(service);
              table.row(
                  service.getString("service"),
                  String.valueOf(service.getInteger("instances", 0)),
                  golden[0],
                  golden[1],
                  golden[2],
                  golden[3],
                  golden[4],
                  standIns(service));
            });
    table.print(shell.out());
    return ExitCode.OK;
  }

  /** Returns how many instances stand for each other site. */
  private static String standIns(JsonObject service) {
    return objects(service, "instanceStats")
        .filter(instance -> instance.containsKey("site"))
        .collect(
            Collectors.groupingBy(
                instance -> instance.getString("site"), TreeMap::new, Collectors.counting()))
        .entrySet()
        .stream()
        .map(each -> each.getKey() + "=" + each.getValue())
        .collect(Collectors.joining(" "));
  }
}
