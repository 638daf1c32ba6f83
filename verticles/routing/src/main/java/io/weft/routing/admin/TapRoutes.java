package io.weft.routing.admin;

import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.weft.mesh.Mesh;
import io.weft.mesh.discovery.InstanceRecord;
import io.weft.mesh.discovery.NodeRecord;
import io.weft.mesh.time.Time;
import io.weft.mesh.time.Timers;
import io.weft.routing.RoutingLimits;
import io.weft.routing.admin.api.NodeOperations;
import io.weft.routing.admin.api.TapQuery;
import io.weft.routing.admin.api.Tapped;
import io.weft.routing.gateway.HttpEdge;
import io.weft.routing.gateway.Responses;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The route of the admin API that shows calls as they are made, anywhere in the site. */
final class TapRoutes {
  private static final String TAP = "/v1/tap";
  private static final int SLOWER_MAX_MILLIS = 3_600_000;

  private final Mesh mesh;
  private final Time time;
  private final Streams streams;

  TapRoutes(Mesh mesh, Time time, Streams streams) {
    this.mesh = mesh;
    this.time = time;
    this.streams = streams;
  }

  void mount(Router router) {
    router
        .get(TAP)
        .handler(
            context -> {
              try {
                new Reader(context).start();
              } catch (RuntimeException e) {
                Responses.problem(context, AdminReply.problem(e));
              }
            });
    HttpEdge.otherMethods(router, TAP, Set.of(HttpMethod.GET));
  }

  /** One that looks on, until he leaves or has seen enough. */
  private final class Reader {
    private final RoutingContext context;
    private final SiteStream<TapQuery, Tapped> calls;
    private @Nullable EventResponse response;
    private final List<JsonObject> absent = new ArrayList<>();
    private Timers.Handle next = () -> {};
    private int left;
    private boolean over;

    Reader(RoutingContext context) {
      this.context = context;
      var asked =
          new Questions(
              context,
              "service",
              "operation",
              "caller",
              "node",
              "outcome",
              "slowerThanMillis",
              "limit");
      left = asked.whole("limit", 1, Integer.MAX_VALUE, Integer.MAX_VALUE);
      var node = asked.text("node");
      var query =
          new TapQuery(
              asked.text("service"),
              asked.text("operation"),
              asked.text("caller"),
              asked.text("outcome"),
              asked.whole("slowerThanMillis", 0, SLOWER_MAX_MILLIS, 0));
      calls =
          new SiteStream<>(
              mesh,
              NodeOperations.TAP,
              query,
              (from, tapped) -> told(tapped),
              each -> node == null || node.equals(each));
      look("service", query.service(), TapRoutes::services);
      look("operation", query.operation(), TapRoutes::operations);
      look("node", node, each -> Stream.of(each.id()));
    }

    /**
     * Looks whether what a filter names is there now. It may come later, so it is no error to wait
     * for it; but whoever has mistyped it is not to wait in vain without a word.
     */
    private void look(
        String filter, @Nullable String name, Function<NodeRecord, Stream<String>> names) {
      var known = new TreeSet<String>();
      mesh.nodes().forEach(node -> names.apply(node).forEach(known::add));
      if (name != null && !known.contains(name)) {
        var near = filter.equals("operation") ? ofItsService(name, known) : List.copyOf(known);
        int told = Math.min(near.size(), RoutingLimits.TAP_KNOWN_MAX);
        absent.add(
            new JsonObject()
                .put("filter", filter)
                .put("name", name)
                .put("known", new JsonArray(near.subList(0, told)))
                .put("more", near.size() - told));
      }
    }

    void start() {
      response =
          streams.open(
              ended ->
                  new EventResponse(
                      context,
                      time.timers(),
                      () -> {
                        leave();
                        ended.run();
                      }));
      absent.forEach(each -> response.event("absent", each));
      follow();
    }

    private void follow() {
      if (!over) {
        calls.follow();
        next = time.timers().after(RoutingLimits.LIVE_INTERVAL, this::follow);
      }
    }

    private void told(Tapped tapped) {
      var to = response;
      if (over || to == null) {
        return;
      }
      for (var call : tapped.calls()) {
        if (left > 0 && to.event("call", json(call))) {
          left--;
        }
      }
      if (tapped.dropped() > 0) {
        to.dropped(tapped.dropped());
      }
      if (left == 0) {
        to.end();
      }
    }

    private void leave() {
      over = true;
      next.cancel();
      calls.close();
    }
  }

  /** Returns the operations of a service that has the one named wrongly; all if none has. */
  private static List<String> ofItsService(String operation, Set<String> known) {
    var service = operation.substring(0, operation.indexOf('.') + 1);
    var of = known.stream().filter(each -> each.startsWith(service)).toList();
    return of.isEmpty() ? List.copyOf(known) : of;
  }

  private static Stream<String> services(NodeRecord node) {
    return node.instances().stream().map(InstanceRecord::service);
  }

  private static Stream<String> operations(NodeRecord node) {
    return node.instances().stream().flatMap(instance -> instance.operations().stream());
  }

  private static JsonObject json(Tapped.Seen call) {
    return new JsonObject()
        .put("at", call.at().toString())
        .put("node", call.node())
        .put("caller", call.caller())
        .put("operation", call.operation())
        .put("instance", call.instance())
        .put("targetNode", call.targetNode())
        .put("outcome", call.outcome())
        .put("micros", call.micros())
        .put("attempts", call.attempts())
        .put("trace", call.trace())
        .put("principal", call.principal());
  }
}
