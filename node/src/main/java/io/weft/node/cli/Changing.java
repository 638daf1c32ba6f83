package io.weft.node.cli;

import picocli.CommandLine.Option;

/** The options that commands share which change how many instances or which policies there are. */
final class Changing {
  @Option(names = "--dry-run", description = "say what would be done, and do nothing")
  private boolean dryRun;

  @Option(
      names = "--wait",
      description =
          "until the whole site is as it is to be, for up to a minute; without it, until that is"
              + " done which can be done now")
  private boolean wait;

  boolean dryRun() {
    return dryRun;
  }

  boolean waits() {
    return wait;
  }
}
