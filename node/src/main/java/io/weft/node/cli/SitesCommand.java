package io.weft.node.cli;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;

/** {@code weft sites}: the sites that this one is linked to. */
@Command(
    name = "sites",
    description = {
      "The sites that this one is linked to, or is to be: whether they can be reached, since when,",
      "and how the link is. See also: weft site."
    })
final class SitesCommand extends AdminCommand {
  private static final long MILLIS_PER_SECOND = 1_000;

  SitesCommand(Shell shell) {
    super(shell);
  }

  @Override
  int once() {
    var answer = get("/v1/sites");
    if (!printedAsJson(answer)) {
      say("site %s (%s)", answer.getString("self"), answer.getString("role"));
      var table =
          table(
              "SITE",
              "STATE",
              "SINCE",
              "NODE",
              ">RTT",
              ">NODES",
              "VERSION",
              "+>SENT",
              "+>RECEIVED",
              "+>WAITING",
              "+>EPOCH",
              "+>CLOCK",
              "+SERVICES");
      objects(answer, "sites")
          .forEach(
              site ->
                  table.row(
                      site.getString("site"),
                      site.getString("state"),
                      Shown.moment(site.getString("since")),
                      site.getString("node", Shown.NONE),
                      Shown.micros(site.getLong("roundTripMicros", 0L)),
                      String.valueOf(site.getInteger("nodes", 0)),
                      site.getString("version", Shown.NONE),
                      String.valueOf(site.getLong("bytesSent", 0L)),
                      String.valueOf(site.getLong("bytesReceived", 0L)),
                      String.valueOf(site.getLong("unacknowledgedBytes", 0L)),
                      String.valueOf(site.getLong("policyEpoch", 0L)),
                      site.getLong("clockOffMillis", 0L) / MILLIS_PER_SECOND + " s",
                      services(site)));
      table.print(shell.out(), "linked to no site: see weft site --help");
    }
    return ExitCode.OK;
  }

  private static String services(JsonObject site) {
    return site.getJsonArray("services", new JsonArray()).stream()
        .map(String::valueOf)
        .collect(Collectors.joining(","));
  }
}
