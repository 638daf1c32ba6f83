package io.weft.node.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that all commands share which ask a node: how, whom, how often. */
final class Asking {
  /** In which form an answer is printed. */
  enum Form {
    /** The columns that matter most. */
    TABLE,
    /** All columns. */
    WIDE,
    /** What the admin API has answered. */
    JSON
  }

  @Option(
      names = {"-o", "--output"},
      paramLabel = "<form>",
      completionCandidates = Choices.Forms.class,
      description = "table (the default), wide, or json: what the admin API answered")
  private Form form = Form.TABLE;

  @Option(names = "--watch", description = "again and again, until interrupted")
  private boolean watch;

  @Option(
      names = "--interval",
      paramLabel = "<seconds>",
      description = "between two times with --watch, 1 to 3600 (default: ${DEFAULT-VALUE})")
  private int intervalSeconds = 2;

  @Option(names = "--node", paramLabel = "<name>", description = "of, or at, this node only")
  private @Nullable String node;

  @Option(
      names = "--server",
      paramLabel = "<host:port>",
      description = "the admin API to ask (default: a node of this host; any knows all)")
  private @Nullable String server;

  Form form() {
    return form;
  }

  boolean json() {
    return form == Form.JSON;
  }

  boolean wide() {
    return form == Form.WIDE;
  }

  boolean watch() {
    return watch;
  }

  int intervalSeconds() {
    return intervalSeconds;
  }

  @Nullable String node() {
    return node;
  }

  @Nullable String server() {
    return server;
  }
}
