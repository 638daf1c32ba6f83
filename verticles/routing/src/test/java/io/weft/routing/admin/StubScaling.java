package io.weft.routing.admin;

import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** A scaling that does nothing, notes what it is asked for, and answers what it is told to. */
final class StubScaling implements Scaling {
  final AtomicReference<@Nullable Wanted> wanted = new AtomicReference<>();
  final AtomicReference<@Nullable Target> target = new AtomicReference<>();
  final List<String> drains = new ArrayList<>();
  Future<JsonObject> outcome = Future.succeededFuture(new JsonObject().put("took", "3 ms"));

  @Override
  public Future<JsonObject> scale(Wanted asked) {
    wanted.set(asked);
    return outcome;
  }

  @Override
  public JsonObject show() {
    return new JsonObject().put("epoch", 7);
  }

  @Override
  public Future<JsonObject> drain(String node, boolean force, boolean dryRun) {
    drains.add(node + (force ? " by force" : "") + (dryRun ? " as a trial" : ""));
    return outcome;
  }

  @Override
  public Future<JsonObject> undrain(String node) {
    drains.add(node + " back");
    return outcome;
  }

  @Override
  public Future<JsonObject> plan(Target asked) {
    target.set(asked);
    return outcome;
  }
}
