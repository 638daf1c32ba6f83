package io.weft.node.cli;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.weft.mesh.time.Ticker;
import io.weft.node.NodeFile;
import io.weft.node.NodeLimits;
import io.weft.node.StartFailure;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;

/**
 * A command that asks the admin API of a node, whichever answers, and prints what it says.
 *
 * <p>Failures are an {@link AdminFailure} with its exit code.
 */
abstract class AdminCommand extends ShellCommand {
  private static final String CLEAR = "\033[H\033[2J";
  private static final int INTERVAL_MAX_SECONDS = 3_600;

  @Mixin private final Asking asking = new Asking();

  private @Nullable List<AdminClient> clients;

  AdminCommand(Shell shell) {
    super(shell);
  }

  /** Asks once and prints the answer; returns an {@link ExitCode}. */
  abstract int once();

  @Override
  final int run() {
    if (asking.intervalSeconds() < 1 || asking.intervalSeconds() > INTERVAL_MAX_SECONDS) {
      throw new StartFailure(
          "--interval: " + asking.intervalSeconds() + " (expected: 1 to 3600 seconds)");
    }
    int code = once();
    while (watches() && waited()) {
      shell.out().print(shell.terminal() ? CLEAR : System.lineSeparator());
      code = once();
      shell.out().flush();
    }
    return code;
  }

  /** Returns whether to ask again and again. */
  boolean watches() {
    return asking.watch();
  }

  private boolean waited() {
    shell.out().flush();
    return paused(Duration.ofSeconds(asking.intervalSeconds()));
  }

  private static boolean paused(Duration pause) {
    try {
      return !new CountDownLatch(1).await(pause.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** Looks again and again, for up to a minute, until something is so; returns whether it is. */
  boolean becomes(BooleanSupplier so) {
    var ticker = Ticker.system();
    long endNanos = ticker.nanos() + NodeLimits.SITE_WAIT.toNanos();
    while (!so.getAsBoolean()) {
      if (ticker.nanos() - endNanos >= 0 || !paused(NodeLimits.SITE_WAIT_LOOK)) {
        return false;
      }
    }
    return true;
  }

  /** Waits until there are as many instances as are desired; returns whether there are. */
  boolean becomesAsDesired(Predicate<String> concerned) {
    return becomes(
        () ->
            objects(get("/v1/scale"), "services")
                .filter(service -> concerned.test(service.getString("service")))
                .allMatch(AdminCommand::asDesired));
  }

  /** Waits until every node that lives goes by the newest policies; returns whether all do. */
  boolean becomesCurrent() {
    return becomes(
        () ->
            objects(get("/v1/policies"), "nodes")
                .map(node -> node.getString("state", ""))
                .allMatch(state -> state.equals("current") || state.equals("lost")));
  }

  /** Of a service that is counted in some zones only, the others may have what they like. */
  private static boolean asDesired(JsonObject service) {
    boolean counted = service.containsKey("site");
    return service.getInteger("missing", 0) == 0
        && (!counted || service.getInteger("actual").equals(service.getInteger("desired")));
  }

  /** Returns the options that all commands share. */
  Asking asking() {
    return asking;
  }

  /** Asks whichever node answers; fails unless what it says is that all went well. */
  JsonObject get(String path) {
    return get(path, NodeLimits.ADMIN_TIMEOUT);
  }

  /** Asks whichever node answers for what takes a while. */
  JsonObject get(String path, Duration timeout) {
    for (var client : clients()) {
      var answer = client.get(path, timeout);
      if (answer.isPresent()) {
        return ok(answer.get());
      }
    }
    throw silent();
  }

  /** Tells one node that listens. */
  JsonObject post(String path, JsonObject body, Duration timeout) {
    return ok(client().post(path, body, timeout).orElseThrow(AdminCommand::lost));
  }

  /** Puts something somewhere at one node that listens. */
  JsonObject put(String path, JsonObject body, Duration timeout) {
    return ok(client().put(path, body, timeout).orElseThrow(AdminCommand::lost));
  }

  /** Reads a stream of events of one node until it ends or the reader has enough. */
  void stream(String path, AdminClient.Reader reader) {
    ok(client().stream(path, reader).orElseThrow(AdminCommand::silent));
  }

  /** Returns a body that says that all went well, and fails with what another says. */
  static JsonObject ok(AdminClient.Answer answer) {
    if (!answer.ok()) {
      throw AdminFailure.of(answer);
    }
    return answer.body();
  }

  /** Returns a client of the first node that listens. */
  AdminClient client() {
    return clients().stream()
        .filter(AdminClient::listens)
        .findFirst()
        .orElseThrow(AdminCommand::silent);
  }

  private static AdminFailure silent() {
    return new AdminFailure(
        ExitCode.UNREACHABLE,
        "no node answers: see scripts/status.sh, or name another with --server host:port");
  }

  private static AdminFailure lost() {
    return new AdminFailure(
        ExitCode.UNREACHABLE, "the node has not answered: it may have been done all the same");
  }

  private List<AdminClient> clients() {
    var known = clients;
    if (known == null) {
      known = found();
      clients = known;
    }
    return known;
  }

  private List<AdminClient> found() {
    var server = asking.server();
    if (server != null) {
      if (!server.matches("(https?://)?[^\\s/?#]+:[0-9]{1,5}")) {
        throw new StartFailure(
            "--server: \"" + server + "\" (expected: host:port, or https://host:port)");
      }
      return List.of(admin(URI.create(server.contains("://") ? server : "http://" + server)));
    }
    var alive = nodeFiles().stream().filter(NodeFile::alive).toList();
    if (alive.isEmpty()) {
      throw new AdminFailure(
          ExitCode.UNREACHABLE,
          "no node runs here: start one with scripts/start.sh, or name one elsewhere with --server"
              + " host:port");
    }
    var all = new ArrayList<AdminClient>();
    alive.forEach(file -> all.add(admin(file)));
    return all;
  }

  /** Prints an answer as JSON when that was asked for; returns whether it was. */
  boolean printedAsJson(JsonObject answer) {
    if (asking.json()) {
      shell.out().println(answer.encodePrettily());
    }
    return asking.json();
  }

  /** Says which nodes did not answer in time. */
  void tellMissing(JsonObject answer) {
    for (var node : answer.getJsonArray("missing", new JsonArray())) {
      shell.out().println("! " + node + " has not answered in time: nothing of it is in here");
    }
  }

  /** Returns a table in the form that was asked for. */
  Table table(String... headings) {
    return Table.of(asking.wide(), headings);
  }

  /** Returns the objects of a list of an answer. */
  static Stream<JsonObject> objects(JsonObject answer, String key) {
    return answer.getJsonArray(key, new JsonArray()).stream().map(JsonObject.class::cast);
  }

  /** Returns whether something is of the node that was asked for, if one was. */
  boolean ofNode(String name) {
    return asking.node() == null || name.equals(asking.node());
  }

  /** Returns a text as it stands in a path or a query. */
  static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  /** Returns a query of the values that are there, with its question mark. */
  static String query(@Nullable String... namesAndValues) {
    var query = new StringBuilder();
    for (int i = 0; i + 1 < namesAndValues.length; i += 2) {
      var value = namesAndValues[i + 1];
      if (value != null) {
        query.append(query.isEmpty() ? '?' : '&').append(namesAndValues[i]);
        query.append('=').append(encoded(value));
      }
    }
    return query.toString();
  }

  /** Prints a line. */
  void say(String format, Object... values) {
    shell.out().printf(Locale.ROOT, format + "%n", values);
  }
}
