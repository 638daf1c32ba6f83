package io.weft.lab.chaos;

import io.vertx.core.Future;
import io.weft.lab.chaos.Customers.Customer;
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
 * decided: what is in doubt is asked again with its key. Their credit does not last for all they
 * want; whoever has ordered enough has his account closed, and now and then orders all the same.
 * For one event loop.
 */
final class SiteShopping {
  private static final int NOBODY = -1;

  private final String run = Rng.system().uuid().toString();
  private final SplittableRandom random;
  private final FailoverClient hub;
  private final Findings findings;
  private final Customers customers;
  private final Map<String, Long> limits = new HashMap<>();
  private final List<String> readers = new ArrayList<>();
  private final Map<Integer, Integer> undecided = new HashMap<>();
  private final List<Integer> closed = new ArrayList<>();
  private final List<SiteOrder> orders = new ArrayList<>();
  private final long seed;
  private int drawn;
  private int next;

  SiteShopping(FailoverClient hub, long seed, Findings findings) {
    this.hub = hub;
    this.seed = seed;
    this.findings = findings;
    random = new SplittableRandom(seed);
    customers =
        new Customers(
            hub,
            run,
            seed,
            findings,
            ChaosLimits.SITE_CUSTOMERS,
            ChaosLimits.SITE_ORDERS_PER_CUSTOMER);
  }

  /** Creates the first customers, at the hub. */
  Future<Void> createUsers() {
    return customers
        .createFirst()
        .onSuccess(
            created -> customers.all().forEach(customer -> readers.add(customer.id().result())));
  }

  /** Returns the first customers, who are known at all sites before anything is cut. */
  List<String> readers() {
    return readers;
  }

  /** Returns one of the first customers. */
  String anyReader() {
    return readers.get(random.nextInt(readers.size()));
  }

  /** Returns all customers who have ordered, or tried to. */
  List<String> users() {
    return List.copyOf(limits.keySet());
  }

  /** Returns those who order at present. */
  List<String> ordering() {
    return customers.all().stream()
        .skip(customers.first(drawn))
        .filter(customer -> customer.id().succeeded())
        .map(customer -> customer.id().result())
        .filter(limits::containsKey)
        .toList();
  }

  /** Returns what a customer may owe, in minor units. */
  long limit(String user) {
    return limits.getOrDefault(user, 0L);
  }

  List<SiteOrder> orders() {
    return orders;
  }

  /** Places the next order at a site; completes when it is decided. */
  Future<?> order(String site, FailoverClient client) {
    int number = drawn++;
    closeAccounts(number);
    boolean ofClosed = !closed.isEmpty() && random.nextInt(ChaosLimits.SITE_CLOSED_ONE_IN) == 0;
    int who = ofClosed ? closed.get(random.nextInt(closed.size())) : customers.draw(number, NOBODY);
    undecided.merge(who, 1, Integer::sum);
    var customer = customers.all().get(who);
    return customer
        .id()
        .compose(user -> order(number, site, user, customer, client))
        .onComplete(done -> undecided.merge(who, -1, Integer::sum));
  }

  private Future<?> order(
      int number, String site, String user, Customer customer, FailoverClient client) {
    limits.put(user, customer.credit());
    var note = run + "-" + number;
    var order = new SiteOrder(number, site, user, note, seed + number);
    orders.add(order);
    var request = Request.post("/v1/orders", note, order.wanted().body(user));
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

  /**
   * Closes the accounts of those who were replaced, once all their orders are decided: what was
   * ordered before must not be refused for what came later.
   */
  private void closeAccounts(int number) {
    while (next < customers.first(number) && undecided.getOrDefault(next, 0) == 0) {
      int who = next++;
      undecided.remove(who);
      customers
          .all()
          .get(who)
          .id()
          .compose(
              user -> hub.decide(Request.delete("/v1/users/" + user, user + "-closed"), told -> {}))
          .onSuccess(answer -> closed(who, answer));
    }
  }

  private void closed(int who, Answer answer) {
    if (answer.ok()) {
      closed.add(who);
    } else {
      findings.add(Findings.Kind.API, "account " + who + " is not closed: " + answer);
    }
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
    } else if (answer.decided()) {
      order.refused(answer.code());
    }
  }
}
