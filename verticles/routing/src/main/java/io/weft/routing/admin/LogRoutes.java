package io.weft.routing.admin;

import io.vertx.core.Future;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.weft.mesh.time.Timers;
import io.weft.routing.RoutingLimits;
import io.weft.routing.admin.api.LogChange;
import io.weft.routing.admin.api.NodeOperations;
import io.weft.routing.gateway.BodyReader;
import io.weft.routing.gateway.HttpEdge;
import io.weft.routing.gateway.Negotiation;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The route of the admin API that shows and sets what the nodes log. */
final class LogRoutes {
  private static final String LOG = "/v1/log";
  private static final List<String> LEVELS =
      List.of("trace", "debug", "info", "warn", "error", "off", "inherit");
  private static final Pattern LOGGER = Pattern.compile("[A-Za-z_$][\\w$.]{0,199}");

  private final Everyone everyone;
  private final Timers timers;

  LogRoutes(Everyone everyone, Timers timers) {
    this.everyone = everyone;
    this.timers = timers;
  }

  void mount(Router router) {
    router
        .get(LOG)
        .handler(
            context ->
                AdminReply.answer(context, () -> ask(nodes(context), new LogChange(null, null))));
    router.put(LOG).handler(context -> AdminReply.answer(context, () -> change(context)));
    HttpEdge.otherMethods(router, LOG, Set.of(HttpMethod.GET, HttpMethod.PUT));
  }

  /** Returns the nodes that are meant: all, or the one of the query. */
  private List<String> nodes(RoutingContext context) {
    var node = new Questions(context, "node").text("node");
    var all = everyone.nodes();
    if (node == null) {
      return all;
    }
    if (!all.contains(node)) {
      throw Questions.wrong("node", "\"" + node + "\" (expected: one of " + all + ")");
    }
    return List.of(node);
  }

  private Future<JsonObject> change(RoutingContext context) {
    Negotiation.sendsJson(context.request());
    return BodyReader.read(context.request(), RoutingLimits.ADMIN_BODY_MAX_BYTES, timers)
        .compose(
            body -> {
              var change = change(Questions.object(body));
              Audit.subject(context, String.valueOf(change.logger()));
              Audit.detail(context, String.valueOf(change.level()));
              return ask(nodes(context), change);
            });
  }

  private static LogChange change(JsonObject body) {
    Questions.only(body, "level", "logger");
    var level = Questions.field(body, "level", String.class, "a text");
    if (level == null || !LEVELS.contains(level)) {
      throw Questions.wrong("level", "\"" + level + "\" (expected: one of " + LEVELS + ")");
    }
    return new LogChange(level, logger(body));
  }

  private static @Nullable String logger(JsonObject body) {
    var logger = Questions.field(body, "logger", String.class, "a text");
    if (logger != null && !LOGGER.matcher(logger).matches()) {
      throw Questions.wrong("logger", "not a logger's name (expected: one as io.weft.mesh)");
    }
    return logger;
  }

  private Future<JsonObject> ask(List<String> nodes, LogChange change) {
    return everyone
        .ask(NodeOperations.LOG, change, nodes)
        .map(
            told -> {
              var all = new JsonArray();
              for (var levels : told.values()) {
                var loggers = new JsonObject();
                new TreeMap<>(levels.loggers()).forEach(loggers::put);
                all.add(new JsonObject().put("node", levels.node()).put("loggers", loggers));
              }
              return new JsonObject()
                  .put("nodes", all)
                  .put("missing", new JsonArray(new ArrayList<>(told.missing())));
            });
  }
}
