package io.weft.lab;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The command {@code scripts/weft} of this checkout, as an operator types it. */
public final class WeftCommand {
  private WeftCommand() {}

  /**
   * Runs it at the nodes of a data folder, and waits until it has ended.
   *
   * @param by the program that runs it in its own place, with its arguments; empty for none
   * @return what it said
   * @throws LabException if it does not end with 0
   */
  public static String run(List<String> by, Path data, String... arguments) {
    var home = Path.of(System.getProperty("weft.home", "."));
    var command = new ArrayList<>(by);
    command.add(home.resolve("scripts").resolve("weft").toString());
    command.addAll(List.of(arguments));
    command.addAll(List.of("--data", data.toString()));
    try {
      var process = new ProcessBuilder(command).redirectErrorStream(true).start();
      var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      int code = process.waitFor();
      if (code != 0) {
        throw new LabException("weft " + arguments[0] + " ended with " + code + ": " + said);
      }
      return said;
    } catch (IOException e) {
      throw new LabException("scripts/weft cannot be run: " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LabException("scripts/weft: interrupted", e);
    }
  }

  /** Has an edge join its hub: invites it at the one, and uses the code at the other. */
  public static void join(
      List<String> byHub, Path hub, List<String> byEdge, Path edge, String site) {
    var invited = run(byHub, hub, "site", "invite", site);
    var code = invited.lines().findFirst().orElseThrow().strip(); // What else it says comes after.
    run(byEdge, edge, "site", "join", code);
  }
}
