package io.weft.lab.chaos;

import io.vertx.core.Future;
import io.vertx.core.http.HttpMethod;
import io.weft.lab.chaos.FailoverClient.Answer;
import io.weft.lab.chaos.FailoverClient.Request;
import io.weft.lab.chaos.Ledger.Entry;
import io.weft.lab.chaos.Ledger.Told;

/**
 * The load of row 6: orders, of which some are asked for twice, cancelled, or followed by another
 * order with their key. Whatever is in doubt is asked again until it is decided. For one event
 * loop.
 */
final class Shopping {
  private final FailoverClient client;
  private final Ledger ledger;
  private final Customers customers;

  /** What else is done with an order; which one goes by its number. */
  private enum Habit {
    TWICE_AT_ONCE,
    TWICE,
    ANOTHER_WITH_ITS_KEY,
    /** With the key that another customer has just used, which is none of its business. */
    THE_KEY_OF_ANOTHER,
    CANCEL,
    CANCEL_TWICE,
    NOTHING;

    private static final int ONE_IN = 12;

    static Habit of(int number) {
      return switch (number % ONE_IN) {
        case 0 -> TWICE_AT_ONCE;
        case 1 -> TWICE;
        case 2 -> ANOTHER_WITH_ITS_KEY;
        case 3 -> THE_KEY_OF_ANOTHER;
        case 4 -> CANCEL;
        case 5 -> CANCEL_TWICE;
        default -> NOTHING;
      };
    }
  }

  Shopping(FailoverClient client, Ledger ledger, Customers customers) {
    this.client = client;
    this.ledger = ledger;
    this.customers = customers;
  }

  /** Places the next order, and does what else is its habit; completes when all is decided. */
  Future<?> order() {
    int number = ledger.entries().size();
    var habit = Habit.of(number);
    var before = number == 0 ? null : ledger.entries().get(number - 1);
    int customer = customers.draw(number, before == null ? -1 : before.customer());
    var key =
        habit == Habit.THE_KEY_OF_ANOTHER && before != null
            ? before.key()
            : ledger.run() + "-" + number;
    var entry = ledger.open(customer, key);
    return customers.all().get(customer).id().compose(user -> order(entry, user, habit));
  }

  private Future<?> order(Entry entry, String user, Habit habit) {
    var first = place(entry, user);
    if (habit == Habit.TWICE_AT_ONCE) {
      return Future.join(first, place(entry, user));
    }
    return first.compose(answer -> then(entry, user, habit));
  }

  private Future<?> then(Entry entry, String user, Habit habit) {
    return switch (habit) {
      case TWICE -> place(entry, user);
      case ANOTHER_WITH_ITS_KEY -> another(entry, user);
      case CANCEL -> cancel(entry);
      case CANCEL_TWICE -> cancel(entry).compose(answer -> cancel(entry));
      case TWICE_AT_ONCE, THE_KEY_OF_ANOTHER, NOTHING -> Future.succeededFuture();
    };
  }

  private Future<Answer> place(Entry entry, String user) {
    var request = Request.post("/v1/orders", entry.key(), ledger.wanted(entry).body(user));
    return client.decide(request, answer -> ledger.placed(entry, user, answer));
  }

  private Future<Answer> another(Entry entry, String user) {
    var request = Request.post("/v1/orders", entry.key(), ledger.other(entry).body(user));
    return client.decide(request, answer -> ledger.clashed(entry, answer));
  }

  /** A rejected order is tried as well: it has to stay what it is. */
  private Future<?> cancel(Entry entry) {
    if (entry.told() == Told.REFUSED) {
      return Future.succeededFuture();
    }
    var path = "/v1/orders/" + entry.id() + "/cancel";
    var request = new Request(HttpMethod.POST, path, entry.key() + "-cancel", null);
    return client.decide(request, answer -> ledger.cancelled(entry, answer));
  }
}
