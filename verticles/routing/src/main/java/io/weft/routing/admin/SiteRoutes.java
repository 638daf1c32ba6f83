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
import io.weft.mesh.time.Timers;
import io.weft.routing.RoutingLimits;
import io.weft.routing.gateway.BodyReader;
import io.weft.routing.gateway.HttpEdge;
import java.time.Duration;
import java.util.Set;

/**
 * The routes of the admin API by which operators link this site to others.
 *
 * <p>The operations of sites are known by their names: the admin API knows no service. A code of an
 * invitation is a secret, and never gets into the audit log.
 */
final class SiteRoutes {
  private static final String ALL = "/v1/sites";
  private static final String INVITATIONS = ALL + "/invitations";
  private static final String JOIN = ALL + "/join";
  private static final String RENEW = ALL + "/renew";
  private static final String REVOKE = ALL + "/:site/revoke";
  private static final String SITE = "site";
  private static final String MINUTES = "minutes";
  private static final String CODE = "code";

  private final Mesh mesh;
  private final Timers timers;

  SiteRoutes(Mesh mesh, Timers timers) {
    this.mesh = mesh;
    this.timers = timers;
  }

  void mount(Router router) {
    router.get(ALL).handler(context -> AdminReply.answer(context, () -> list(context)));
    router.post(INVITATIONS).handler(context -> AdminReply.answer(context, () -> invite(context)));
    router.post(JOIN).handler(context -> AdminReply.answer(context, () -> join(context)));
    router.post(RENEW).handler(context -> AdminReply.answer(context, () -> renew(context)));
    router.post(REVOKE).handler(context -> AdminReply.answer(context, () -> revoke(context)));
    HttpEdge.otherMethods(router, ALL, Set.of(HttpMethod.GET));
    HttpEdge.otherMethods(router, INVITATIONS, Set.of(HttpMethod.POST));
    HttpEdge.otherMethods(router, JOIN, Set.of(HttpMethod.POST));
    HttpEdge.otherMethods(router, RENEW, Set.of(HttpMethod.POST));
    HttpEdge.otherMethods(router, REVOKE, Set.of(HttpMethod.POST));
  }

  private Future<JsonObject> list(RoutingContext context) {
    new Questions(context);
    return ask("sites.list", Operation.Kind.QUERY, new JsonObject(), RoutingLimits.NODE_TIMEOUT);
  }

  private Future<JsonObject> invite(RoutingContext context) {
    return body(context)
        .compose(
            body -> {
              Questions.only(body, SITE, MINUTES);
              var site = Questions.field(body, SITE, String.class, "a site's name");
              Questions.field(body, MINUTES, Integer.class, "a number of minutes");
              Audit.subject(context, String.valueOf(site));
              return command("sites.invite", body);
            });
  }

  private Future<JsonObject> join(RoutingContext context) {
    return body(context)
        .compose(
            body -> {
              Questions.only(body, CODE);
              Questions.field(body, CODE, String.class, "what the hub printed");
              return command("sites.join", body)
                  .onSuccess(joined -> Audit.subject(context, joined.getString("hub")));
            });
  }

  private Future<JsonObject> renew(RoutingContext context) {
    new Questions(context);
    return command("sites.renew", new JsonObject())
        .onSuccess(renewed -> Audit.subject(context, renewed.getString(SITE)));
  }

  private Future<JsonObject> revoke(RoutingContext context) {
    new Questions(context);
    return command("sites.revoke", new JsonObject().put(SITE, context.pathParam(SITE)));
  }

  private Future<JsonObject> body(RoutingContext context) {
    new Questions(context);
    return BodyReader.read(context.request(), RoutingLimits.SITE_REQUEST_MAX_BYTES, timers)
        .map(Questions::object);
  }

  private Future<JsonObject> command(String operation, JsonObject request) {
    return ask(operation, Operation.Kind.COMMAND, request, RoutingLimits.SITE_COMMAND_TIMEOUT);
  }

  private Future<JsonObject> ask(
      String operation, Operation.Kind kind, JsonObject request, Duration timeout) {
    var options =
        CallOptions.DEFAULT.withPrincipal(Role.OPERATOR.principal("operator")).withTimeout(timeout);
    return mesh.exchange(operation, kind, request.toBuffer(), options)
        .map(reply -> reply.body().toJsonObject());
  }
}
