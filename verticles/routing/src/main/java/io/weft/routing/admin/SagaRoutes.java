package io.weft.routing.admin;

import io.vertx.core.Future;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.weft.mesh.CallOptions;
import io.weft.mesh.Mesh;
import io.weft.mesh.Operation;
import io.weft.mesh.security.Role;
import io.weft.routing.gateway.HttpEdge;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The routes of the admin API by which operators look after orders that are on their way.
 *
 * <p>The operations of orders are known by their names: the admin API knows no service.
 */
final class SagaRoutes {
  private static final String ALL = "/v1/sagas";
  private static final String ONE = ALL + "/:order";
  private static final String RETRY = ONE + "/retry";
  private static final String PARKED = "orders.parked";
  private static final String TIMELINE = "orders.timeline";
  private static final String UNPARK = "orders.unpark";
  private static final int LIMIT_MAX = 100;
  private static final int LIMIT = 50;
  private static final Pattern ID = Pattern.compile("[0-9a-f-]{36}");

  private final Mesh mesh;

  SagaRoutes(Mesh mesh) {
    this.mesh = mesh;
  }

  void mount(Router router) {
    router.get(ALL).handler(context -> AdminReply.answer(context, () -> parked(context)));
    router.get(ONE).handler(context -> AdminReply.answer(context, () -> timeline(context)));
    router.post(RETRY).handler(context -> AdminReply.answer(context, () -> retry(context)));
    HttpEdge.otherMethods(router, ALL, Set.of(HttpMethod.GET));
    HttpEdge.otherMethods(router, ONE, Set.of(HttpMethod.GET));
    HttpEdge.otherMethods(router, RETRY, Set.of(HttpMethod.POST));
  }

  private Future<JsonObject> parked(RoutingContext context) {
    var asked = new Questions(context, "state", "limit", "cursor");
    var state = asked.text("state");
    if (state != null && !state.equals("parked")) {
      throw Questions.wrong("state", "\"" + state + "\" (expected: parked)");
    }
    var request = new JsonObject().put("limit", asked.whole("limit", 1, LIMIT_MAX, LIMIT));
    var cursor = asked.text("cursor");
    return ask(
            PARKED, Operation.Kind.QUERY, cursor == null ? request : request.put("cursor", cursor))
        .map(
            page ->
                new JsonObject()
                    .put("sagas", page.getJsonArray("items"))
                    .put("next", page.getString("next")));
  }

  private Future<JsonObject> timeline(RoutingContext context) {
    return ask(TIMELINE, Operation.Kind.QUERY, id(context));
  }

  private Future<JsonObject> retry(RoutingContext context) {
    return ask(UNPARK, Operation.Kind.COMMAND, id(context));
  }

  private static JsonObject id(RoutingContext context) {
    new Questions(context);
    var id = context.pathParam("order");
    if (!ID.matcher(id).matches()) {
      throw Questions.wrong("order", "not the id of an order (expected: a UUID)");
    }
    return new JsonObject().put("id", id);
  }

  private Future<JsonObject> ask(String operation, Operation.Kind kind, JsonObject request) {
    var options = CallOptions.DEFAULT.withPrincipal(Role.OPERATOR.principal("operator"));
    return mesh.exchange(operation, kind, request.toBuffer(), options)
        .map(reply -> reply.body().toJsonObject());
  }
}
