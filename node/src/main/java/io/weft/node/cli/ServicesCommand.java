package io.weft.node.cli;

import io.vertx.core.json.JsonObject;
import picocli.CommandLine.Command;

/** {@code weft services}: what is served, by how many, and how well. */
@Command(name = "services", description = "The services of the site, and how well they do.")
final class ServicesCommand extends StatView {
  ServicesCommand(Shell shell) {
    super(shell);
  }

  @Override
  int show(JsonObject stat) {
    var table = table("SERVICE", ">INSTANCES", ">RATE", ">SUCCESS", ">P50", ">P95", ">P99");
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
                  golden[4]);
            });
    table.print(shell.out());
    return ExitCode.OK;
  }
}
