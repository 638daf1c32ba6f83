package io.weft.node.cli;

import io.vertx.core.json.JsonObject;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;

/** {@code weft stat}: success, rate and latencies, by service and operation. */
@Command(
    name = "stat",
    description = {
      "Success, rate and latencies of calls, as their callers felt them.",
      "What a handler answered with a code of its own is a success here: it did its work."
    })
final class StatCommand extends StatView {
  StatCommand(Shell shell) {
    super(shell);
  }

  @Override
  int show(JsonObject stat) {
    var table =
        table(
            "SERVICE",
            "OPERATION",
            ">RATE",
            ">SUCCESS",
            ">P50",
            ">P95",
            ">P99",
            ">RUNNING",
            "+OUTCOMES");
    objects(stat, "services")
        .filter(service -> ofService(service.getString("service")))
        .forEach(
            service -> {
              row(table, service.getString("service"), "", service);
              objects(service, "operations")
                  .forEach(
                      operation -> row(table, "", operation.getString("operation"), operation));
            });
    table.print(shell.out());
    return ExitCode.OK;
  }

  private static void row(Table table, String service, String operation, JsonObject of) {
    var golden = golden(of);
    table.row(
        service,
        operation,
        golden[0],
        golden[1],
        golden[2],
        golden[3],
        golden[4],
        of.containsKey("inFlight") ? String.valueOf(of.getLong("inFlight")) : "",
        of.getJsonObject("outcomes", new JsonObject()).stream()
            .map(each -> each.getKey() + "=" + each.getValue())
            .collect(Collectors.joining(" ")));
  }
}
