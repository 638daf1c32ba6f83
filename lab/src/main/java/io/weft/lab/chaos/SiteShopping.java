package io.weft.lab.chaos;

import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import io.weft.lab.chaos.FailoverClient.Answer;
import io.weft.lab.chaos.FailoverClient.Request;
import io.weft.mesh.time.Rng;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Customers who order at all sites, each wherever he happens to be, and insist until an order is
 * decided: what is in doubt is asked again with its key. For one event loop.
 */
final class SiteShopping {
  private static final int CREATED = 201;

  private final String run = Rng.system().uuid().toString();
  private final SplittableRandom random;
  private final FailoverClient hub;
  private final Findings findings;
  private final Map<String, Long> limits = new HashMap<>();
  private final List<String> users = new ArrayList<>();
  private final List<SiteOrder> orders = new ArrayList<>();
  private final long seed;

  SiteShopping(FailoverClient hub, long seed, Findings findings) {
    this.hub = hub;
    this.seed = seed;
    this.findings = findings;
    random = new SplittableRandom(seed);
  }

  /** Creates the customers, at the hub. */
  Future<Void> createUsers() {
    var created = new ArrayList<Future<Void>>();
    for (int i = 0; i < ChaosLimits.SITE_USERS; i++) {
      var name = run + "-user-" + i;
      long credit = random.nextInt(ChaosLimits.SITE_CREDIT_MIN, ChaosLimits.SITE_CREDIT_MAX);
      var user =
          new JsonObject()
              .put("email", name + "@lab.example")
              .put("name", "User " + i)
              .put("currency", Wanted.CURRENCY)
              .put("creditLimit", credit);
      created.add(
          hub.decide(Request.post("/v1/users", name, user), answer -> {})
              .compose(answer -> created(answer, credit)));
    }
    return Future.all(created).mapEmpty();
  }

  private Future<Void> created(Answer answer, long credit) {
    if (answer.status() != CREATED) {
      return Future.failedFuture("a user was refused: " + answer);
    }
    var id = answer.body().getString("id");
    users.add(id);
    limits.put(id, credit);
    return Future.succeededFuture();
  }

  List<String> users() {
    return users;
  }

  /** Returns what a customer may owe, in minor units. */
  long limit(String user) {
    return limits.getOrDefault(user, 0L);
  }

  List<SiteOrder> orders() {
    return orders;
  }

  /** Returns one of the customers. */
  String anyUser() {
    return users.get(random.nextInt(users.size()));
  }

  /** Places the next order at a site; completes when it is decided. */
  Future<?> order(String site, FailoverClient client) {
    int number = orders.size();
    var note = run + "-" + number;
    var order = new SiteOrder(number, site, anyUser(), note, seed + number);
    orders.add(order);
    var request = Request.post("/v1/orders", note, order.wanted().body(order.user()));
    return client
        .decide(request, answer -> answer.ok() || answer.decided(), answer -> heard(order, answer))
        .compose(taken -> decided(order, client));
  }

  /** What was taken and not decided on is asked for by its id: its key is answered as before. */
  private Future<?> decided(SiteOrder order, FailoverClient client) {
    return order.open()
        ? client.decide(
            Request.get("/v1/orders/" + order.id()),
            answer -> answer.ok() && !order.open(),
            answer -> heard(order, answer))
        : Future.succeededFuture();
  }

  private void heard(SiteOrder order, Answer answer) {
    if (answer.ok()) {
      var wrong = order.heard(answer.body());
      if (wrong != null) {
        findings.add(Findings.Kind.ANSWER, wrong);
      }
      if (!order.wanted().isIn(answer.body(), order.user())) {
        findings.add(
            Findings.Kind.LOST, order + " was acknowledged as another: " + answer.body().encode());
      }
    } else if (answer.decided() && order.acknowledged()) {
      findings.add(Findings.Kind.ANSWER, order + " was then refused: " + answer);
    }
  }
}
