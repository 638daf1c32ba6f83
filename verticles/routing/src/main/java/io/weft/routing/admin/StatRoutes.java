package io.weft.routing.admin;

import io.vertx.core.Future;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.weft.mesh.Mesh;
import io.weft.mesh.MeshLimits;
import io.weft.mesh.time.Time;
import io.weft.routing.RoutingLimits;
import io.weft.routing.admin.api.DecisionList;
import io.weft.routing.admin.api.DecisionQuery;
import io.weft.routing.admin.api.NodeDecision;
import io.weft.routing.admin.api.NodeOperations;
import io.weft.routing.admin.api.StatQuery;
import io.weft.routing.gateway.HttpEdge;
import io.weft.routing.gateway.Responses;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;

/** The routes of the admin API that tell what happens in the site: once, or as it happens. */
final class StatRoutes {
  private static final String STAT = "/v1/stat";
  private static final String LIVE = "/v1/live";
  private static final String DECISIONS = "/v1/decisions";
  private static final int DECISIONS_TOLD = 100;

  private final Everyone everyone;
  private final Mesh mesh;
  private final Time time;
  private final Streams streams;
  private final Live live;

  StatRoutes(Everyone everyone, Mesh mesh, Time time, Streams streams) {
    this.everyone = everyone;
    this.mesh = mesh;
    this.time = time;
    this.streams = streams;
    live = new Live(mesh, time, () -> stat(RoutingLimits.LIVE_WINDOW_SECONDS));
  }

  void mount(Router router) {
    router.get(STAT).handler(context -> AdminReply.answer(context, () -> stat(context)));
    router.get(LIVE).handler(this::live);
    router.get(DECISIONS).handler(context -> AdminReply.answer(context, () -> decisions(context)));
    for (var path : List.of(STAT, LIVE, DECISIONS)) {
      HttpEdge.otherMethods(router, path, Set.of(HttpMethod.GET));
    }
  }

  private Future<JsonObject> stat(RoutingContext context) {
    var asked = new Questions(context, "windowSeconds");
    return stat(
        asked.whole(
            "windowSeconds", 1, MeshLimits.WINDOW_MAX_SECONDS, RoutingLimits.STAT_WINDOW_SECONDS));
  }

  /** Returns what happened in the last seconds. */
  Future<JsonObject> stat(int windowSeconds) {
    return everyone
        .ask(NodeOperations.STAT, new StatQuery(windowSeconds))
        .map(
            told ->
                SiteStat.of(
                    time.wall().now(), windowSeconds, mesh.nodes(), told.values(), told.missing()));
  }

  private void live(RoutingContext context) {
    try {
      new Questions(context);
      live.join(left -> streams.open(over -> begin(context, left, over)));
    } catch (RuntimeException e) {
      Responses.problem(context, AdminReply.problem(e));
    }
  }

  private EventResponse begin(RoutingContext context, Runnable left, Runnable over) {
    return new EventResponse(
        context,
        time.timers(),
        () -> {
          left.run();
          over.run();
        });
  }

  private Future<JsonObject> decisions(RoutingContext context) {
    int limit =
        new Questions(context, "limit")
            .whole("limit", 1, RoutingLimits.DECISIONS_TOLD_MAX, DECISIONS_TOLD);
    var query = new DecisionQuery(Math.min(limit, MeshLimits.DECISIONS_MAX));
    return everyone
        .ask(NodeOperations.DECIDED, query)
        .map(
            told -> {
              var all = new ArrayList<NodeDecision>();
              told.values().stream().map(DecisionList::decisions).forEach(all::addAll);
              all.sort(Comparator.comparing(NodeDecision::at).reversed());
              var shown = new JsonArray();
              all.stream().limit(limit).forEach(each -> shown.add(json(each)));
              return new JsonObject()
                  .put("decisions", shown)
                  .put("missing", new JsonArray(new ArrayList<>(told.missing())));
            });
  }

  static JsonObject json(NodeDecision decision) {
    return new JsonObject()
        .put("at", decision.at().toString())
        .put("node", decision.node())
        .put("kind", decision.kind())
        .put("subject", decision.subject())
        .put("why", decision.why());
  }
}
