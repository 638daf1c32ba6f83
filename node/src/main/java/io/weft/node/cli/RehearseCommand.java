package io.weft.node.cli;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;

/**
 * {@code weft rehearse}: runs commands against a node that is none, so that the build can keep what
 * the JVM has loaded for them; see scripts/build.sh.
 */
@Command(
    name = "rehearse",
    hidden = true,
    description = "Runs commands against a node that is none, for the build.")
final class RehearseCommand extends ShellCommand {
  private static final List<List<String>> COMMANDS =
      List.of(
          List.of("nodes"),
          List.of("stat"),
          List.of("services", "-o", "json"),
          List.of("instances", "-o", "wide"),
          List.of("edges"),
          List.of("doctor"),
          List.of("log"),
          List.of("call", "users.get", "{}"),
          List.of("policy", "get"),
          List.of("config"),
          List.of("tap", "--limit", "1"));

  RehearseCommand(Shell shell) {
    super(shell);
  }

  @Override
  int run() {
    try (var server = new ServerSocket(0, 0, InetAddress.getLoopbackAddress())) {
      var answering = new Thread(() -> answer(server), "weft-rehearse");
      answering.setDaemon(true);
      answering.start();
      var nobody = new PrintWriter(new StringWriter());
      var silent =
          new Shell(
              shell.home(), shell.workingFolder(), shell.environment(), nobody, nobody, false);
      for (var command : COMMANDS) {
        var all = new ArrayList<>(command);
        all.addAll(List.of("--server", "127.0.0.1:" + server.getLocalPort()));
        CommandLines.run(silent, all.toArray(String[]::new));
      }
      return ExitCode.OK;
    } catch (IOException e) {
      throw new AdminFailure(ExitCode.UNREACHABLE, "no port is free on loopback: " + e);
    }
  }

  private static void answer(ServerSocket server) {
    while (!server.isClosed()) {
      try (var client = server.accept()) {
        answer(client);
      } catch (IOException e) {
        return; // The commands are through.
      }
    }
  }

  private static void answer(Socket client) throws IOException {
    var in =
        new BufferedReader(new InputStreamReader(client.getInputStream(), StandardCharsets.UTF_8));
    var first = in.readLine();
    int length = 0;
    for (var line = first; line != null && !line.isEmpty(); line = in.readLine()) {
      if (line.toLowerCase(Locale.ROOT).startsWith("content-length:")) {
        length = Integer.parseInt(line.substring(line.indexOf(':') + 1).strip());
      }
    }
    // Whoever closes what he has not read to its end tears the connection down.
    for (long left = length; left > 0; ) {
      left -= Math.max(1, in.skip(left));
    }
    var path = first == null ? "" : first.split(" ", 3)[1];
    boolean tap = path.startsWith("/v1/tap");
    var body = tap ? "event: call\ndata: " + call().encode() + "\n\n" : body().encode();
    var head =
        "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: "
            + (tap ? "text/event-stream" : "application/json")
            + "\r\nContent-Length: "
            + body.length()
            + "\r\n\r\n";
    client.getOutputStream().write((head + body).getBytes(StandardCharsets.UTF_8));
    client.getOutputStream().flush();
  }

  private static JsonObject call() {
    return new JsonObject()
        .put("at", "now")
        .put("node", "n1")
        .put("caller", "a")
        .put("operation", "a.b")
        .put("outcome", "ok")
        .put("trace", "");
  }

  /** An answer that suits every command. */
  private static JsonObject body() {
    var none = new JsonArray();
    var service =
        new JsonObject()
            .put("service", "a")
            .put("perSecond", 1.5)
            .put("operations", none)
            .put("instanceStats", none);
    var node =
        new JsonObject()
            .put("id", "n1")
            .put("node", "n1")
            .put("site", "s")
            .put("zone", "z")
            .put("state", "SERVING")
            .put("version", "1")
            .put("incarnation", "1");
    return new JsonObject()
        .put("epoch", 1L)
        .put("missing", none)
        .put("worst", "PASS")
        .put("checks", none)
        .put("nodes", new JsonArray().add(node))
        .put("services", new JsonArray().add(service))
        .put("edges", none)
        .put("outcome", "ok")
        .put("body", new JsonObject())
        .put("trace", "");
  }
}
