package io.weft.lab.call;

import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/**
 * The entry point of the processes that are measured: a line of JSON on standard input is a
 * command, a line on standard output its answer. Ends with its standard input, and thus with
 * whoever has started it, however that ends.
 */
public final class SideMain {
  /** The role that serves. */
  static final String SERVE = "serve";

  /** The role that calls. */
  static final String CALL = "call";

  private SideMain() {}

  /** Runs one half of a system: {@code serve|call SYSTEM}. */
  public static void main(String[] arguments) throws IOException {
    var answers = System.out;
    // What a library prints is no answer.
    System.setOut(System.err);
    var system =
        SystemUnderTest.named(arguments[1])
            .orElseThrow(() -> new LabException("no system: " + arguments[1]));
    var side =
        arguments[0].equals(SERVE)
            ? new ServingSide(system.server())
            : new CallingSide(system.client());
    Runtime.getRuntime().addShutdownHook(new Thread(side::kill));
    obey(side, answers);
    System.exit(0);
  }

  private static void obey(Side side, PrintStream answers) throws IOException {
    var commands = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (var line = commands.readLine(); line != null; line = commands.readLine()) {
      answers.println(answer(side, new JsonObject(line)).encode());
      answers.flush();
    }
  }

  private static JsonObject answer(Side side, JsonObject command) {
    try {
      return new JsonObject().put("result", side.handle(command));
    } catch (RuntimeException | LinkageError e) {
      var why = e instanceof LabException ? String.valueOf(e.getMessage()) : e.toString();
      return new JsonObject().put("failure", why);
    }
  }
}
