package io.weft.lab;

import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.function.Function;

/**
 * What a process is told by the one that has started it: a line of JSON on standard input is a
 * command, a line on standard output its answer.
 */
public final class Commands {
  static final String RESULT = "result";
  static final String FAILURE = "failure";

  private Commands() {}

  /**
   * Obeys until standard input ends, and thus until whoever has started this process does.
   *
   * @param side does what it is told and returns the answer; it may block
   */
  public static void obey(Function<JsonObject, JsonObject> side) throws IOException {
    var answers = System.out;
    // What a library prints is no answer.
    System.setOut(System.err);
    obey(side, answers);
  }

  private static void obey(Function<JsonObject, JsonObject> side, PrintStream answers)
      throws IOException {
    var commands = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (var line = commands.readLine(); line != null; line = commands.readLine()) {
      answers.println(answer(side, new JsonObject(line)).encode());
      answers.flush();
    }
  }

  private static JsonObject answer(Function<JsonObject, JsonObject> side, JsonObject command) {
    try {
      return new JsonObject().put(RESULT, side.apply(command));
    } catch (RuntimeException | LinkageError e) {
      var why = e instanceof LabException ? String.valueOf(e.getMessage()) : e.toString();
      return new JsonObject().put(FAILURE, why);
    }
  }
}
