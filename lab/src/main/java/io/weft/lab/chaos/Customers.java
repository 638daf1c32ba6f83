package io.weft.lab.chaos;

import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import io.weft.lab.chaos.FailoverClient.Request;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * The users who order: some at a time, each with credit for some of its orders, replaced one by one
 * by new ones. For one event loop.
 */
final class Customers {
  private static final int CREATED = 201;

  private final FailoverClient client;
  private final String run;
  private final SplittableRandom random;
  private final Findings findings;
  private final int atATime;
  private final int ordersEach;
  private final List<Customer> customers = new ArrayList<>();

  /** One of them; the id completes when the user is there. */
  record Customer(long credit, Future<String> id) {}

  /**
   * Creates none yet.
   *
   * @param atATime how many order at a time
   * @param ordersEach orders after which the oldest of them is replaced
   */
  Customers(
      FailoverClient client,
      String run,
      long seed,
      Findings findings,
      int atATime,
      int ordersEach) {
    this.client = client;
    this.run = run;
    this.findings = findings;
    this.atATime = atATime;
    this.ordersEach = ordersEach;
    random = new SplittableRandom(seed);
  }

  /** Creates those who order first; completes when they are there. */
  Future<Void> createFirst() {
    createAhead(0);
    return Future.all(customers.stream().map(Customer::id).toList()).mapEmpty();
  }

  /** Returns who places the order of a number, other than the one given. */
  int draw(int number, int except) {
    createAhead(number);
    int drawn = first(number) + random.nextInt(atATime);
    return drawn == except ? drawn + 1 : drawn;
  }

  /** Returns the oldest of those who order when the order of a number is placed. */
  int first(int number) {
    return number / ordersEach;
  }

  List<Customer> all() {
    return customers;
  }

  /** Returns the user of whoever placed an order, or null when it never came to be. */
  @Nullable String user(Ledger.Entry entry) {
    return customers.get(entry.customer()).id().result();
  }

  private void createAhead(int number) {
    int wanted = first(number) + atATime + ChaosLimits.CUSTOMERS_AHEAD;
    while (customers.size() < wanted) {
      create();
    }
  }

  private void create() {
    int number = customers.size();
    long credit = random.nextInt(ChaosLimits.CREDIT_MIN, ChaosLimits.CREDIT_MAX);
    var name = run + "-user-" + number;
    var user =
        new JsonObject()
            .put("email", name + "@lab.example")
            .put("name", "User " + number)
            .put("currency", Wanted.CURRENCY)
            .put("creditLimit", credit);
    var id =
        client
            .decide(Request.post("/v1/users", name, user), answer -> {})
            .compose(
                answer -> {
                  if (answer.status() != CREATED) {
                    findings.add(Findings.Kind.ANSWER, name + " was refused: " + answer);
                    return Future.failedFuture(name + " was refused");
                  }
                  return Future.succeededFuture(answer.body().getString("id"));
                });
    customers.add(new Customer(credit, id));
  }
}
