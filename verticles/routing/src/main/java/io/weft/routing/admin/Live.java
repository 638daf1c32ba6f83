package io.weft.routing.admin;

import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import io.weft.mesh.Mesh;
import io.weft.mesh.time.Time;
import io.weft.mesh.time.Timers;
import io.weft.routing.RoutingLimits;
import io.weft.routing.admin.api.DecisionQuery;
import io.weft.routing.admin.api.NodeDecision;
import io.weft.routing.admin.api.NodeOperations;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What live readers are told: numbers every second, decisions as they come.
 *
 * <p>However many readers there are, the nodes are asked once; when the last one leaves they are
 * not asked any more. A reader that is behind misses numbers, which the next ones make good. For
 * the event loop of the admin API.
 */
final class Live {
  private static final Logger LOG = LoggerFactory.getLogger(Live.class);

  private final Time time;
  private final Supplier<Future<JsonObject>> stat;
  private final SiteStream<DecisionQuery, NodeDecision> decisions;
  private final Set<EventResponse> readers = new LinkedHashSet<>();
  private Timers.Handle next = () -> {};
  private boolean asking;

  Live(Mesh mesh, Time time, Supplier<Future<JsonObject>> stat) {
    this.time = time;
    this.stat = stat;
    decisions =
        new SiteStream<>(
            mesh, NodeOperations.DECISIONS, new DecisionQuery(0), (node, each) -> decided(each));
  }

  /**
   * Lets a reader in.
   *
   * @param begin makes the response, and is given what it is to tell when it is over
   */
  void join(Function<Runnable, EventResponse> begin) {
    var joined = new EventResponse[1];
    var response = begin.apply(() -> leave(joined[0]));
    joined[0] = response;
    if (response.over()) {
      return;
    }
    readers.add(response);
    if (readers.size() == 1) {
      tick();
    } else {
      // At once: a page that opens has nothing to show yet.
      tell();
    }
  }

  private void leave(EventResponse response) {
    readers.remove(response);
    if (readers.isEmpty()) {
      next.cancel();
      decisions.close();
    }
  }

  private void tick() {
    decisions.follow();
    tell();
    next = time.timers().after(RoutingLimits.LIVE_INTERVAL, this::tickAgain);
  }

  private void tickAgain() {
    if (!readers.isEmpty()) {
      tick();
    }
  }

  private void tell() {
    if (asking) {
      return;
    }
    asking = true;
    stat.get()
        .onComplete(
            (told, failure) -> {
              asking = false;
              if (failure == null) {
                toAll("stat", told);
              } else {
                LOG.warn("live readers are not told how the site is", failure);
              }
            });
  }

  private void decided(NodeDecision decision) {
    toAll("decision", StatRoutes.json(decision));
  }

  private void toAll(String name, JsonObject data) {
    List.copyOf(readers).forEach(reader -> reader.event(name, data));
  }
}
