package io.weft.routing.admin;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.weft.mesh.Mesh;
import io.weft.mesh.discovery.Endpoint;
import io.weft.mesh.discovery.NodeRecord;
import io.weft.mesh.time.Time;
import io.weft.routing.RoutingLimits;
import io.weft.routing.admin.Everyone.Answers;
import io.weft.routing.admin.api.CheckQuery;
import io.weft.routing.admin.api.Finding;
import io.weft.routing.admin.api.NodeCheck;
import io.weft.routing.admin.api.NodeOperations;
import io.weft.routing.gateway.HttpEdge;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks whether what must hold in a site holds: every node looks into itself, what they say is
 * compared, and every instance is asked whether it is there.
 *
 * <p>For the event loop of the admin API.
 */
final class Doctor {
  private static final Logger LOG = LoggerFactory.getLogger(Doctor.class);
  private static final String DOCTOR = "/v1/doctor";

  private final Everyone everyone;
  private final Mesh mesh;
  private final Time time;
  private final List<Supplier<Future<List<Finding>>>> further;

  /**
   * Creates it.
   *
   * @param further checks that others know how to make
   */
  Doctor(Everyone everyone, Mesh mesh, Time time, List<Supplier<Future<List<Finding>>>> further) {
    this.everyone = everyone;
    this.mesh = mesh;
    this.time = time;
    this.further = List.copyOf(further);
  }

  void mount(Router router) {
    router
        .get(DOCTOR)
        .handler(
            context ->
                AdminReply.answer(
                    context,
                    () -> {
                      new Questions(context);
                      return examine();
                    }));
    HttpEdge.otherMethods(router, DOCTOR, Set.of(HttpMethod.GET));
  }

  /** Looks into everything once; never fails. */
  Future<JsonObject> examine() {
    var nodes = mesh.nodes();
    var strange = strange(nodes);
    var asked =
        everyone.ask(
            NodeOperations.CHECK,
            new CheckQuery(),
            everyone.nodes().stream().filter(node -> !strange.containsKey(node)).toList());
    var present = new Roll(strange.keySet()).call();
    var others = further.stream().map(Doctor::made).toList();
    return Future.join(asked, present)
        .compose(done -> Future.join(others).transform(ended -> Future.succeededFuture()))
        .map(
            done -> {
              var findings = new ArrayList<>(compared(asked.result()));
              findings.addAll(SiteChecks.others(strange));
              findings.add(SiteChecks.versions(versions(nodes), up(asked.result())));
              findings.addAll(present.result());
              others.forEach(other -> findings.addAll(other.result()));
              return json(findings);
            });
  }

  /** Returns the releases of nodes that run another one, which does not know what is asked here. */
  private Map<String, String> strange(Collection<NodeRecord> nodes) {
    var own = versions(nodes).get(mesh.node());
    var strange = new TreeMap<String, String>();
    for (var node : nodes) {
      boolean knows =
          node.instances().stream()
              .anyMatch(each -> each.operations().contains(NodeOperations.CHECK.name()));
      if (!knows && !node.version().equals(own)) {
        strange.put(node.id(), node.version());
      }
    }
    return strange;
  }

  private static Map<String, String> versions(Collection<NodeRecord> nodes) {
    var versions = new TreeMap<String, String>();
    nodes.forEach(node -> versions.put(node.id(), node.version()));
    return versions;
  }

  private static List<Long> up(Answers<NodeCheck> told) {
    var up = new ArrayList<Long>();
    for (var check : told.values()) {
      if (check.upMillis() != null) {
        up.add(check.upMillis());
      }
    }
    return up;
  }

  private static Future<List<Finding>> made(Supplier<Future<List<Finding>>> check) {
    return Future.succeededFuture()
        .compose(go -> check.get())
        .recover(
            e -> {
              LOG.warn("a check could not be made", e);
              return Future.succeededFuture(List.of());
            });
  }

  private static List<Finding> compared(Answers<NodeCheck> told) {
    var findings = new ArrayList<Finding>();
    var checks = told.values();
    findings.addAll(SiteChecks.epochs(checks));
    findings.addAll(SiteChecks.answers(told.byNode().keySet(), told.missing()));
    findings.addAll(SiteChecks.missing(checks));
    findings.addAll(SiteChecks.directories(checks));
    findings.addAll(SiteChecks.clocks(told.byNode()));
    checks.forEach(check -> findings.addAll(check.findings()));
    return findings;
  }

  /** Asks every instance whether it is there, some at a time. */
  private final class Roll {
    private final Deque<Endpoint> waiting = new ArrayDeque<>();
    private final Map<String, String> absent = new TreeMap<>();
    private final Promise<List<Finding>> done = Promise.promise();
    private final int asked;
    private final int leftOut;
    private int running;

    /**
     * Creates it.
     *
     * @param without nodes whose instances cannot answer
     */
    Roll(Set<String> without) {
      var all =
          mesh.directory().endpoints().values().stream()
              .flatMap(Collection::stream)
              .filter(endpoint -> !without.contains(endpoint.node()))
              .toList();
      asked = Math.min(all.size(), RoutingLimits.PRESENCE_ASKED_MAX);
      leftOut = all.size() - asked;
      waiting.addAll(all.subList(0, asked));
    }

    Future<List<Finding>> call() {
      while (running < RoutingLimits.PRESENCE_AT_A_TIME && !waiting.isEmpty()) {
        var endpoint = waiting.removeFirst();
        running++;
        mesh.present(endpoint).onComplete((there, why) -> answered(endpoint, why));
      }
      if (running == 0) {
        done.tryComplete(SiteChecks.presence(asked, absent, leftOut));
      }
      return done.future();
    }

    private void answered(Endpoint endpoint, @Nullable Throwable why) {
      running--;
      if (why != null) {
        absent.put(endpoint.node() + "/" + endpoint.instance(), String.valueOf(why.getMessage()));
      }
      call();
    }
  }

  /** What several nodes found of one thing is told once, at its worst. */
  private JsonObject json(List<Finding> findings) {
    var worst = Finding.Status.PASS;
    var once = new LinkedHashMap<String, Finding>();
    for (var finding : findings) {
      once.merge(
          finding.code() + " " + finding.subject(),
          finding,
          (one, other) -> other.status().compareTo(one.status()) > 0 ? other : one);
      worst = finding.status().compareTo(worst) > 0 ? finding.status() : worst;
    }
    var checks = new JsonArray();
    once.values().stream()
        .sorted(Comparator.comparing(Finding::code).thenComparing(Finding::subject))
        .forEach(finding -> checks.add(json(finding)));
    return new JsonObject()
        .put("at", time.wall().now().toString())
        .put("checks", checks)
        .put("worst", worst.name());
  }

  private static JsonObject json(Finding finding) {
    return new JsonObject()
        .put("code", finding.code())
        .put("name", finding.name())
        .put("status", finding.status().name())
        .put("subject", finding.subject())
        .put("detail", finding.detail())
        .put("fix", finding.fix());
  }
}
