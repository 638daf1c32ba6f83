package io.weft.lab.chaos;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.weft.lab.LabException;
import io.weft.lab.Patience;
import io.weft.lab.Ports;
import io.weft.lab.ScriptedNodes;
import io.weft.lab.ScriptedNodes.Ended;
import io.weft.mesh.time.Ticker;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.IntStream;

/**
 * Who scales nodes in the row of scaling: types commands, says what they answered, and looks at
 * what became of it over the admin API. For one thread, which it blocks.
 */
final class Operator {
  private static final int OK = 200;

  private final ScriptedNodes nodes;
  private final Plan plan;
  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(ChaosLimits.HTTP_TIMEOUT)
          .build();

  /** What the admin API answered. */
  record Reply(int status, JsonObject body) {}

  Operator(ScriptedNodes nodes, Plan plan) {
    this.nodes = nodes;
    this.plan = plan;
  }

  /** Runs {@code scripts/scale.sh}, and says what it said. */
  Ended scale(String... arguments) {
    return told("scale.sh", arguments, nodes.run("scale.sh", arguments));
  }

  /** Has so many nodes run, and says what came of it. */
  Ended nodes(int count) {
    return told("scale.sh", new String[] {"nodes=" + count}, nodes.scale(count));
  }

  /** Runs a command of {@code scripts/weft}, and says what it said. */
  Ended weft(String... arguments) {
    return told("weft", arguments, nodes.run("weft", arguments));
  }

  /** Says what a command said. */
  Ended told(String script, String[] arguments, Ended ended) {
    plan.say("$ scripts/%s %s".formatted(script, String.join(" ", arguments)));
    ended.text().lines().forEach(line -> plan.say("  " + line));
    plan.say("  (exit code %d after %d ms)".formatted(ended.code(), ended.took().toMillis()));
    return ended;
  }

  /** Returns what {@code GET /v1/scale} says at the first node that answers. */
  JsonObject counts() {
    for (int node = 1; node <= ChaosLimits.SCALE_NODES_MAX; node++) {
      var counts = counts(node);
      if (counts.isPresent()) {
        return counts.get();
      }
    }
    throw new LabException("no node tells its counts:" + nodes.logTails());
  }

  /** Returns nothing when that node is not there, which is what is done to them here. */
  private Optional<JsonObject> counts(int node) {
    try {
      var reply = send(request(node, "/v1/scale").GET().build()).join();
      return reply.status() == OK ? Optional.of(reply.body()) : Optional.empty();
    } catch (CompletionException e) {
      return Optional.empty();
    }
  }

  /** Returns what {@link #counts} says of a service. */
  JsonObject counts(String service) {
    return counts().getJsonArray("services").stream()
        .map(JsonObject.class::cast)
        .filter(each -> service.equals(each.getString("service")))
        .findFirst()
        .orElseThrow(() -> new LabException("no node knows of " + service));
  }

  /** Returns the reasons of the last changes, the newest first. */
  List<String> reasons() {
    return counts().getJsonArray("decisions", new JsonArray()).stream()
        .map(each -> ((JsonObject) each).getString("why"))
        .toList();
  }

  /** Posts the same change, made for the same epoch, to two nodes at the same time. */
  List<Reply> together(JsonObject change, long epoch) {
    return IntStream.rangeClosed(1, 2)
        .mapToObj(
            node ->
                send(
                    request(node, "/v1/scale")
                        .header("Content-Type", "application/json")
                        .header("If-Match", "\"" + epoch + "\"")
                        .POST(BodyPublishers.ofString(change.encode()))
                        .build()))
        .toList()
        .stream()
        .map(CompletableFuture::join)
        .toList();
  }

  private HttpRequest.Builder request(int node, String path) {
    return HttpRequest.newBuilder(
            URI.create("http://" + Ports.HOST + ":" + nodes.adminPort(node) + path))
        .timeout(ChaosLimits.ANSWER_MAX);
  }

  private CompletableFuture<Reply> send(HttpRequest request) {
    return http.sendAsync(request, BodyHandlers.ofString())
        .thenApply(answer -> new Reply(answer.statusCode(), new JsonObject(answer.body())));
  }

  /**
   * Waits until as many instances of a service run as are desired.
   *
   * @return how long that took, in milliseconds; {@link Long#MAX_VALUE} when it never came to be
   */
  long awaitDesired(String service, int desired, Duration longest) {
    long start = Ticker.system().nanos();
    try {
      Patience.until(
          service + " is as desired",
          longest,
          ChaosLimits.LOOK_INTERVAL.multipliedBy(10),
          () -> is(service, desired));
      return Duration.ofNanos(Ticker.system().nanos() - start).toMillis();
    } catch (LabException e) {
      plan.say(e.getMessage() + ": " + counts(service).encode());
      return Long.MAX_VALUE;
    }
  }

  private boolean is(String service, int desired) {
    var now = counts(service);
    return now.getInteger("desired", -1) == desired && now.getInteger("actual") == desired;
  }

  /** Waits until the desired counts are of another epoch than this. */
  void awaitAfter(long epoch) {
    Patience.until(
        "the counts change",
        ChaosLimits.ANSWER_MAX,
        ChaosLimits.PACE,
        () -> counts().getLong("epoch") > epoch);
  }

  /** Writes a file beside what the nodes keep, and returns its path. */
  String file(String name, String text) {
    var file = nodes.data().resolve(name);
    try {
      Files.writeString(file, text);
    } catch (IOException e) {
      throw new LabException(file + " cannot be written: " + e.getMessage(), e);
    }
    return file.toString();
  }
}
