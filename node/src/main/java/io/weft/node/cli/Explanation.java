package io.weft.node.cli;

import io.vertx.core.json.JsonObject;
import java.io.PrintWriter;
import java.util.Locale;

/** How calls were made, as the admin API tells it, line by line. */
final class Explanation {
  private final PrintWriter out;

  private Explanation(PrintWriter out) {
    this.out = out;
  }

  /** Prints every call of an answer. */
  static void print(PrintWriter out, JsonObject answer) {
    var explanation = new Explanation(out);
    AdminCommand.objects(answer, "calls").forEach(explanation::whole);
  }

  /** Returns how long a call or an attempt took. */
  static String took(JsonObject of) {
    var micros = of.getLong("tookMicros");
    return micros == null ? "runs" : Shown.micros(micros);
  }

  /** Returns the kind of its failure, if it failed. */
  static String kind(JsonObject of) {
    var failure = of.getJsonObject("failure");
    return failure == null ? "" : failure.getString("kind");
  }

  private void whole(JsonObject call) {
    say(
        "%s called by %s on %s at %s: %s%s",
        call.getString("operation"),
        call.getString("caller"),
        call.getString("node", "this node"),
        Shown.moment(call.getString("at")),
        took(call),
        failed(call));
    AdminCommand.objects(call, "attempts").forEach(this::attempt);
    AdminCommand.objects(call, "notes")
        .forEach(
            note ->
                say("  %9s  %s", Shown.micros(note.getLong("atMicros")), note.getString("text")));
  }

  private static String failed(JsonObject of) {
    var failure = of.getJsonObject("failure");
    return failure == null
        ? ""
        : ", " + failure.getString("kind") + ": " + failure.getString("message");
  }

  private void attempt(JsonObject attempt) {
    say(
        "  %9s  attempt at %s: %s%s",
        Shown.micros(attempt.getLong("atMicros")),
        attempt.getString("endpoint"),
        took(attempt),
        failed(attempt));
    AdminCommand.objects(attempt, "candidates")
        .forEach(
            candidate -> {
              var cost = candidate.getLong("costNanos");
              var skipped = candidate.getString("skipped");
              say(
                  "             %s%s%s",
                  candidate.getString("endpoint"),
                  cost == null ? "" : ", cost " + Shown.micros(cost / 1_000),
                  skipped == null ? "" : ", skipped: " + skipped);
            });
  }

  private void say(String format, Object... values) {
    out.printf(Locale.ROOT, format + "%n", values);
  }
}
