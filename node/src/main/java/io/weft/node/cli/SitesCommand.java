package io.weft.node.cli;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;

/** {@code weft sites}: the sites that this one is linked to. */
@Command(
    name = "sites",
    description = {
      "The sites that this one is linked to, or is to be: whether they can be reached, since when,",
      "how the link is, and what waits in the journals of edges (of this site, too, if it is one).",
      "See also: weft site."
    })
final class SitesCommand extends AdminCommand {
  private static final long MILLIS_PER_SECOND = 1_000;
  private static final String CURRENT = "CURRENT";
  private static final JsonObject NOT_KNOWN = new JsonObject();

  SitesCommand(Shell shell) {
    super(shell);
  }

  @Override
  int once() {
    var answer = get("/v1/sites");
    if (!printedAsJson(answer)) {
      say("site %s (%s)", answer.getString("self"), answer.getString("role"));
      tellOwn(answer.getJsonObject("edge"));
      var table =
          table(
              "SITE",
              "STATE",
              "SINCE",
              "NODE",
              ">RTT",
              ">NODES",
              "VERSION",
              "POLICIES",
              ">JOURNAL",
              "+>DISPUTED",
              "+>OLDEST",
              "+>REPLICA",
              "+>SENT",
              "+>RECEIVED",
              "+>WAITING",
              "+>EPOCH",
              "+>CLOCK",
              "+SERVICES");
      objects(answer, "sites")
          .forEach(
              site -> {
                var edge = site.getJsonObject("edge", NOT_KNOWN);
                table.row(
                    site.getString("site"),
                    site.getString("state"),
                    Shown.moment(site.getString("since")),
                    site.getString("node", Shown.NONE),
                    Shown.micros(site.getLong("roundTripMicros", 0L)),
                    String.valueOf(site.getInteger("nodes", 0)),
                    site.getString("version", Shown.NONE),
                    policies(site),
                    orders(edge, "journalOrders"),
                    orders(edge, "journalDisputed"),
                    age(edge, "journalOldestSeconds"),
                    age(edge, "replicaAgeSeconds"),
                    String.valueOf(site.getLong("bytesSent", 0L)),
                    String.valueOf(site.getLong("bytesReceived", 0L)),
                    String.valueOf(site.getLong("unacknowledgedBytes", 0L)),
                    String.valueOf(site.getLong("policyEpoch", 0L)),
                    site.getLong("clockOffMillis", 0L) / MILLIS_PER_SECOND + " s",
                    services(site));
              });
      table.print(shell.out(), "linked to no site: see weft site --help");
      objects(answer, "sites").forEach(this::behind);
    }
    return ExitCode.OK;
  }

  /** Tells how the journal and the replica of this site stand, where it is an edge. */
  private void tellOwn(@Nullable JsonObject edge) {
    if (edge != null) {
      say(
          "journal: orders %s, disputed %s, oldest %s; replica: age %s",
          orders(edge, "journalOrders"),
          orders(edge, "journalDisputed"),
          age(edge, "journalOldestSeconds"),
          age(edge, "replicaAgeSeconds"));
    }
  }

  private static String orders(JsonObject edge, String field) {
    var count = edge.getLong(field);
    return count == null ? Shown.NONE : count.toString();
  }

  private static String age(JsonObject edge, String field) {
    var seconds = edge.getLong(field);
    return seconds == null ? Shown.NONE : Shown.age(seconds * MILLIS_PER_SECOND);
  }

  /** Returns how far the edge of a link goes by its hub's policies. */
  private static String policies(JsonObject site) {
    var followed = site.getJsonObject("policies");
    if (followed == null) {
      return "own";
    }
    long taken = followed.getLong("takenEpoch", 0L);
    var state = followed.getString("state", Shown.NONE);
    return state.equals(CURRENT)
        ? "hub's " + taken
        : "hub's %d of %d %s".formatted(taken, followed.getLong("hubEpoch", 0L), state);
  }

  /** Says why policies are not those of the hub, where they are to be. */
  private void behind(JsonObject site) {
    var followed = site.getJsonObject("policies");
    if (followed != null && !followed.getString("state", Shown.NONE).equals(CURRENT)) {
      say(
          "! policies over the link to %s: %s since %s%s",
          site.getString("site"),
          followed.getString("state"),
          Shown.moment(followed.getString("since")),
          followed.getString("why") == null ? "" : ": " + followed.getString("why"));
    }
  }

  private static String services(JsonObject site) {
    return site.getJsonArray("services", new JsonArray()).stream()
        .map(String::valueOf)
        .collect(Collectors.joining(","));
  }
}
