package io.weft.routing.limit;

import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.net.SocketAddress;
import io.vertx.ext.web.RoutingContext;
import io.weft.mesh.policy.EdgeLimit;
import io.weft.mesh.policy.EdgeLimit.By;
import io.weft.mesh.telemetry.Sheds;
import io.weft.routing.limit.Rates.Table;
import io.weft.routing.limit.Rates.Tables;
import io.weft.routing.problem.Problem;
import io.weft.routing.problem.ProblemException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The rate limits of one operation: who asks too often is answered 429, and when to come again.
 *
 * <p>Limits by address come first, before any work is done for the request, a token checked among
 * it; limits by principal, and those for everybody together, once it is known who asks, so that
 * nobody uses up the tokens of others without one of their own. A request that is refused takes no
 * token of any limit that it passes at the same time.
 *
 * <p>What is left is told in the headers {@code RateLimit} and {@code RateLimit-Policy} of
 * draft-ietf-httpapi-ratelimit-headers-10 (2025), whose syntax revision 11 (2026) keeps: the quota
 * {@code q} is what a full bucket holds, and its window {@code w} how long it takes to fill; {@code
 * r} tokens are there, and for {@code t} seconds there will be no more.
 *
 * <p>For one event loop.
 */
public final class RateGate {
  private static final CharSequence POLICY = HttpHeaders.createOptimized("RateLimit-Policy");
  private static final CharSequence LEFT = HttpHeaders.createOptimized("RateLimit");
  private static final int TOO_MANY = 429;

  private static final Table[] NONE = {};

  private final Rates limits;
  private final String operation;
  private final Sheds sheds;
  private @Nullable Tables seen;

  /** The limits that are asked as soon as a request comes. */
  private Table[] first = NONE;

  /** The limits that are asked once it is known who asks. */
  private Table[] second = NONE;

  private String policy = "";

  /**
   * Creates the gate of an operation.
   *
   * @param sheds is told of each request that is refused
   */
  public RateGate(Rates limits, String operation, Sheds sheds) {
    this.limits = limits;
    this.operation = operation;
    this.sheds = sheds;
  }

  /** Returns whether a request may go on; if not, it is answered. */
  public boolean admits(RoutingContext context) {
    look();
    var refused = first.length == 0 ? null : take(first, context, null);
    if (refused != null) {
      context.fail(TOO_MANY, refused);
    }
    return refused == null;
  }

  /**
   * Lets a request go on of which it is known who asks.
   *
   * @param subject the name of the principal, or empty for none
   * @throws ProblemException of 429
   */
  public void identified(RoutingContext context, String subject) {
    look();
    if (second.length > 0) {
      var refused = take(second, context, subject);
      if (refused != null) {
        throw refused;
      }
    }
  }

  private void look() {
    var tables = limits.tables();
    if (tables != seen) {
      seen = tables;
      var own = new ArrayList<Table>();
      for (var table : tables.tables()) {
        if (table.limit().counts(operation)) {
          own.add(table);
        }
      }
      first = those(own, true);
      second = those(own, false);
      policy = own.stream().map(Table::item).collect(Collectors.joining(", "));
    }
  }

  private static Table[] those(List<Table> tables, boolean byAddress) {
    return tables.stream()
        .filter(table -> (table.limit().by() == By.ADDRESS) == byAddress)
        .toArray(Table[]::new);
  }

  private @Nullable ProblemException take(
      Table[] tables, RoutingContext context, @Nullable String subject) {
    long now = limits.nanos();
    var address = context.request().connection().remoteAddress();
    var headers = context.response().headers();
    var left = new StringBuilder(tables.length * 32);
    for (int i = 0; i < tables.length; i++) {
      var table = tables[i];
      long nanos = table.buckets().take(client(table.limit(), address, subject), now);
      if (nanos < 0) {
        giveBack(tables, i, address, subject);
        headers.set(POLICY, policy);
        item(left.append(left.isEmpty() ? "" : ", "), table, 0, -nanos);
        headers.set(LEFT, left.toString());
        var refused = tooMany(table.limit(), -nanos);
        sheds.shed(operation, refused.problem().detail());
        return refused;
      }
      item(
          left.append(i == 0 ? "" : ", "),
          table,
          table.buckets().left(nanos),
          table.buckets().untilNext(nanos));
    }
    tell(headers, left);
    return null;
  }

  private void tell(MultiMap headers, StringBuilder left) {
    var before = headers.get(LEFT);
    if (before == null) {
      headers.set(POLICY, policy);
      headers.set(LEFT, left.toString());
    } else {
      headers.set(LEFT, left.insert(0, ", ").insert(0, before).toString());
    }
  }

  private static void item(StringBuilder left, Table table, long tokens, long nanos) {
    left.append('"')
        .append(table.limit().name())
        .append("\";r=")
        .append(tokens)
        .append(";t=")
        .append(TimeUnit.NANOSECONDS.toSeconds(nanos + TimeUnit.SECONDS.toNanos(1) - 1));
  }

  private static void giveBack(
      Table[] tables, int count, @Nullable SocketAddress address, @Nullable String subject) {
    for (int i = 0; i < count; i++) {
      tables[i].buckets().giveBack(client(tables[i].limit(), address, subject));
    }
  }

  private static long client(
      EdgeLimit limit, @Nullable SocketAddress address, @Nullable String subject) {
    return switch (limit.by()) {
      case EVERYBODY -> Clients.EVERYBODY;
      case ADDRESS -> Clients.at(address);
      case PRINCIPAL ->
          subject == null || subject.isEmpty() ? Clients.at(address) : Clients.of(subject);
    };
  }

  private static ProblemException tooMany(EdgeLimit limit, long nanos) {
    return new ProblemException(
        Problem.of(
                TOO_MANY,
                "rate.exceeded",
                "more requests than %s allows (expected: %s per second, %d at once); come later"
                    .formatted(limit.name(), number(limit.perSecond()), limit.burst()))
            .retryAfter(Duration.ofNanos(nanos)));
  }

  private static String number(double rate) {
    return rate == Math.rint(rate) ? Long.toString((long) rate) : Double.toString(rate);
  }
}
