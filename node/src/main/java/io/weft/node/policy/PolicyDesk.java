package io.weft.node.policy;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.weft.mesh.bus.BusMesh;
import io.weft.mesh.policy.Epochs;
import io.weft.mesh.policy.Policies;
import io.weft.mesh.policy.PolicyDocument;
import io.weft.mesh.policy.PolicyException;
import io.weft.mesh.policy.SitePolicies;
import io.weft.mesh.policy.Stands.Known;
import io.weft.mesh.time.Time;
import io.weft.node.NodeLimits;
import io.weft.node.scale.NodeScale;
import io.weft.node.yaml.YamlException;
import io.weft.node.yaml.YamlText;
import io.weft.routing.admin.PolicyControl;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Where operators look at the site's policies and change them, on any node. */
public final class PolicyDesk implements PolicyControl {
  private final Vertx vertx;
  private final BusMesh mesh;
  private final Epochs<Policies> epochs;
  private final Time time;
  private final Set<String> installed;
  private final boolean followsHub;

  /**
   * Creates the desk of a node.
   *
   * @param installed the services that the node could host
   * @param followsHub whether a change here counts only until the hub has newer policies
   */
  PolicyDesk(
      Vertx vertx,
      BusMesh mesh,
      Epochs<Policies> epochs,
      Time time,
      Set<String> installed,
      boolean followsHub) {
    this.vertx = vertx;
    this.mesh = mesh;
    this.epochs = epochs;
    this.time = time;
    this.installed = Set.copyOf(installed);
    this.followsHub = followsHub;
  }

  /** Returns the node's part in the site's policies, for the services on it. */
  public SitePolicies site() {
    return epochs;
  }

  /** Returns who serves what: what is installed here, and what the nodes of the site say. */
  PolicyFile.Served served() {
    Map<String, Set<String>> operations = new HashMap<>();
    installed.forEach(service -> operations.put(service, new HashSet<>()));
    operations.put(NodeScale.SCALE.service(), new HashSet<>());
    for (var node : mesh.nodes()) {
      node.hosts().forEach(service -> operations.computeIfAbsent(service, s -> new HashSet<>()));
      for (var instance : node.instances()) {
        operations
            .computeIfAbsent(instance.service(), s -> new HashSet<>())
            .addAll(instance.operations());
      }
    }
    return new PolicyFile.Served(operations);
  }

  @Override
  public JsonObject show() {
    var current = epochs.current();
    var history = new JsonArray();
    epochs.history().forEach(document -> history.add(json(document)));
    return state(current).put("text", current.text()).put("history", history);
  }

  @Override
  public Future<JsonObject> apply(Buffer file, String name, long expected, boolean dryRun) {
    String text;
    try {
      text = YamlText.of(file.getBytes(), name).content();
      PolicyFile.read(epochs.current().epoch() + 1, text, name, served());
    } catch (YamlException e) {
      return Future.failedFuture(PolicyException.invalid(List.of(String.valueOf(e.getMessage()))));
    } catch (PolicyException e) {
      return Future.failedFuture(e);
    }
    return dryRun
        ? Future.succeededFuture(
            state(epochs.current()).put("changed", !text.equals(epochs.current().text())))
        : changed(epochs.apply(text, expected));
  }

  @Override
  public Future<JsonObject> rollback(@Nullable Long to) {
    return changed(epochs.rollback(to));
  }

  /** Waits until every node in use goes by what a change has made, or for long enough. */
  private Future<JsonObject> changed(Future<PolicyDocument> change) {
    var before = epochs.current();
    long start = time.ticker().nanos();
    return here(change)
        .compose(
            document ->
                acknowledged(document, start)
                    .map(
                        all ->
                            state(document)
                                .put("changed", !document.equals(before))
                                .put("acknowledged", all)
                                .put("tookMillis", millisSince(start))));
  }

  private Future<Boolean> acknowledged(PolicyDocument document, long startNanos) {
    Promise<Boolean> done = Promise.promise();
    look(document, startNanos, done);
    return done.future();
  }

  private void look(PolicyDocument document, long startNanos, Promise<Boolean> done) {
    if (mesh.stands().stream().allMatch(known -> known.lost() || known.stand().isAt(document))) {
      done.complete(true);
    } else if (millisSince(startNanos) >= NodeLimits.POLICY_ACKNOWLEDGED_TIMEOUT.toMillis()) {
      done.complete(false);
    } else {
      time.timers().after(NodeLimits.POLICY_POLL_INTERVAL, () -> look(document, startNanos, done));
    }
  }

  private long millisSince(long startNanos) {
    return Duration.ofNanos(time.ticker().nanos() - startNanos).toMillis();
  }

  private JsonObject state(PolicyDocument document) {
    var stands = mesh.stands();
    var nodes = new JsonArray();
    stands.forEach(known -> nodes.add(json(known, document)));
    var state = json(document).put("node", mesh.node()).put("nodes", nodes);
    if (followsHub) {
      state.put("follows", "hub");
    }
    var behind = Behind.of(mesh.node(), epochs.stand(), stands);
    return behind == null ? state : state.put("behind", behind);
  }

  private static JsonObject json(PolicyDocument document) {
    return new JsonObject()
        .put("epoch", document.epoch())
        .put("digest", document.digest())
        .put("how", document.how())
        .put("textOf", document.textOf())
        .put("by", document.by())
        .put("at", document.at());
  }

  private static JsonObject json(Known known, PolicyDocument document) {
    var stand = known.stand();
    var json =
        new JsonObject()
            .put("node", known.node())
            .put("epoch", stand.epoch())
            .put("digest", stand.digest())
            .put("state", state(known, document));
    return stand.refused() == null ? json : json.put("refused", stand.refused());
  }

  private static String state(Known known, PolicyDocument document) {
    if (known.lost()) {
      return "lost";
    }
    if (known.stand().isAt(document)) {
      return "current";
    }
    return known.stand().before(document) ? "behind" : "ahead";
  }

  /** Completes on the context that called, wherever the future does. */
  private <T> Future<T> here(Future<T> future) {
    Context context = vertx.getOrCreateContext();
    Promise<T> promise = Promise.promise();
    future.onComplete(
        (value, failure) ->
            context.runOnContext(
                turn -> {
                  if (failure == null) {
                    promise.complete(value);
                  } else {
                    promise.fail(failure);
                  }
                }));
    return promise.future();
  }
}
