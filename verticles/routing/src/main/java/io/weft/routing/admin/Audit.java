package io.weft.routing.admin;

import io.vertx.core.Future;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.weft.mesh.security.Principal;
import io.weft.mesh.time.WallClock;
import io.weft.routing.RoutingLimits;
import io.weft.routing.admin.api.AuditEntry;
import io.weft.routing.admin.api.AuditList;
import io.weft.routing.admin.api.AuditQuery;
import io.weft.routing.admin.api.NodeOperations;
import io.weft.routing.gateway.HttpEdge;
import io.weft.routing.gateway.Responses;
import io.weft.routing.problem.Problem;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Writes down who asked the admin API for which change, and what came of it.
 *
 * <p>Where a token is wanted, who asks is its subject. On loopback it is whoever the request says,
 * of whom no more is known than that he is on this host. Handlers say what it was about.
 */
final class Audit {
  private static final String AUDIT = "/v1/audit";
  private static final String WHO = "weft.who";
  private static final String SUBJECT = "weft.audit.subject";
  private static final String DETAIL = "weft.audit.detail";
  private static final String UNCHANGING = "weft.audit.unchanging";
  private static final String USER = "Weft-User";
  private static final Pattern NAME =
      Pattern.compile("[\\w.@-]{1," + RoutingLimits.AUDIT_USER_MAX_CHARS + "}");
  private static final Set<HttpMethod> SAFE =
      Set.of(HttpMethod.GET, HttpMethod.HEAD, HttpMethod.OPTIONS);
  private static final int LIMIT = 100;
  private static final int REFUSED = 400;

  private final AuditLog log;
  private final Everyone everyone;
  private final WallClock clock;
  private final String node;

  Audit(AuditLog log, Everyone everyone, WallClock clock, String node) {
    this.log = log;
    this.everyone = everyone;
    this.clock = clock;
    this.node = node;
  }

  /** Says who asks. */
  static void who(RoutingContext context, Principal principal) {
    context.put(WHO, principal);
  }

  /** Returns who asks; nobody where no token is wanted. */
  static Principal principal(RoutingContext context) {
    return Objects.requireNonNullElse(context.get(WHO), Principal.ANONYMOUS);
  }

  /** Says what a change is about. */
  static void subject(RoutingContext context, String subject) {
    context.put(SUBJECT, subject);
  }

  /** Says what was asked for, or what came of it; it is shortened. */
  static void detail(RoutingContext context, String detail) {
    context.put(DETAIL, detail);
  }

  /**
   * Says that a request changes nothing, though its method may: a rehearsal, or a query. It is not
   * written down; else a bench of queries would wash the changes out of the log.
   */
  static void unchanging(RoutingContext context) {
    context.put(UNCHANGING, true);
  }

  /** Writes down every request that may change something, once it is answered. */
  void watch(RoutingContext context) {
    if (SAFE.contains(context.request().method())) {
      context.next();
      return;
    }
    if (log.full()) {
      // A change of which nobody could find out afterwards is not made.
      Responses.problem(
          context,
          Problem.unavailable(
              "audit.full", "the audit log cannot be written as fast as changes are asked for"));
      return;
    }
    context.addEndHandler(
        end -> {
          if (context.get(UNCHANGING) == null) {
            log.add(entry(context));
          }
        });
    context.next();
  }

  private AuditEntry entry(RoutingContext context) {
    var request = context.request();
    var subject = Objects.requireNonNullElse(context.<String>get(SUBJECT), subjectOf(context));
    var detail =
        Objects.requireNonNullElse(
            context.<String>get(DETAIL), Objects.requireNonNullElse(request.query(), ""));
    return new AuditEntry(
        clock.now(),
        who(context),
        node,
        request.method() + " " + request.path(),
        subject,
        shortened(detail),
        outcome(context));
  }

  private static String subjectOf(RoutingContext context) {
    return String.join(" ", context.pathParams().values());
  }

  private static String who(RoutingContext context) {
    var principal = principal(context);
    if (!principal.anonymous()) {
      return principal.subject();
    }
    var user = context.request().getHeader(USER);
    return user != null && NAME.matcher(user).matches() ? user + "@loopback" : "loopback";
  }

  private static String outcome(RoutingContext context) {
    int status = context.response().getStatusCode();
    if (status < REFUSED) {
      return "done";
    }
    return status + " " + Objects.requireNonNullElse(context.get(Responses.PROBLEM), "");
  }

  private static String shortened(String text) {
    return text.length() <= RoutingLimits.AUDIT_DETAIL_MAX_CHARS
        ? text
        : text.substring(0, RoutingLimits.AUDIT_DETAIL_MAX_CHARS) + "…";
  }

  void mount(Router router) {
    router.get(AUDIT).handler(context -> AdminReply.answer(context, () -> list(context)));
    HttpEdge.otherMethods(router, AUDIT, Set.of(HttpMethod.GET));
  }

  private Future<JsonObject> list(RoutingContext context) {
    int limit = new Questions(context, "limit").whole("limit", 1, RoutingLimits.AUDIT_KEPT, LIMIT);
    return everyone
        .ask(NodeOperations.AUDIT, new AuditQuery(limit))
        .map(
            told -> {
              var all = new ArrayList<AuditEntry>();
              told.values().stream().map(AuditList::entries).forEach(all::addAll);
              all.sort(Comparator.comparing(AuditEntry::at).reversed());
              var shown = new JsonArray();
              all.stream().limit(limit).forEach(each -> shown.add(AuditLog.json(each)));
              return new JsonObject()
                  .put("entries", shown)
                  .put("missing", new JsonArray(new ArrayList<>(told.missing())));
            });
  }
}
