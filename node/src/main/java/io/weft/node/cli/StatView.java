package io.weft.node.cli;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.weft.node.StartFailure;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** A command that shows a part of what happened in the site in the last seconds. */
abstract class StatView extends AdminCommand {
  private static final int WINDOW_MAX_SECONDS = 60;

  @Option(
      names = "--window",
      paramLabel = "<seconds>",
      description = "that the numbers are of, 1 to 60 (default: ${DEFAULT-VALUE})")
  private int windowSeconds = 10;

  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "service",
      description = "of this service only (default: of all)")
  private @Nullable String service;

  StatView(Shell shell) {
    super(shell);
  }

  /** Prints the part of the site's numbers that the command is about; returns an exit code. */
  abstract int show(JsonObject stat);

  @Override
  int once() {
    if (windowSeconds < 1 || windowSeconds > WINDOW_MAX_SECONDS) {
      throw new StartFailure("--window: " + windowSeconds + " (expected: 1 to 60 seconds)");
    }
    var stat = get("/v1/stat?windowSeconds=" + windowSeconds);
    if (printedAsJson(stat)) {
      return ExitCode.OK;
    }
    int code = show(stat);
    tellMissing(stat);
    return stat.getJsonArray("missing", new JsonArray()).isEmpty() ? code : ExitCode.NOT_WELL;
  }

  /** Returns whether something is of the service that was asked for, if one was. */
  boolean ofService(String name) {
    return service == null || service.equals(name);
  }

  /** Returns the row that every table of calls ends with. */
  static String[] golden(JsonObject of) {
    if (of.getDouble("perSecond", 0.0) == 0) {
      return new String[] {"0", Shown.NONE, Shown.NONE, Shown.NONE, Shown.NONE};
    }
    return new String[] {
      Shown.rate(of.getDouble("perSecond", 0.0)),
      Shown.ofAny(of, Shown.share(of.getDouble("success", 1.0))),
      Shown.ofAny(of, Shown.micros(of.getLong("p50Micros", 0L))),
      Shown.ofAny(of, Shown.micros(of.getLong("p95Micros", 0L))),
      Shown.ofAny(of, Shown.micros(of.getLong("p99Micros", 0L)))
    };
  }
}
