package io.weft.routing.limit;

import io.vertx.core.buffer.Buffer;
import io.weft.mesh.policy.EdgeLimit;
import io.weft.mesh.policy.EdgeLimit.Reach;
import io.weft.mesh.policy.Policies;
import io.weft.mesh.time.Ticker;
import io.weft.routing.RoutingLimits;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * How often clients may ask at the gateway of one node: the buckets of each limit of the policies,
 * and what the other nodes of the site are told of them.
 *
 * <p>A limit that reaches over the site is kept by every node as if it were alone: a request never
 * waits for another node. A few times a second each node tells the others what it has given out,
 * and they take it out of their buckets, which may owe. So what is given out in the long run is
 * what the limit says; how far it may be exceeded for a moment, and what happens when nodes do not
 * hear each other, is in docs/decisions/0034.
 *
 * <p>Safe for use by many threads.
 */
public final class Rates {
  private static final int ENTRY_BYTES = Long.BYTES + Integer.BYTES;

  private final Ticker ticker;
  private final long originNanos;
  private final long seed;
  private final Supplier<Policies> policies;
  private volatile Tables tables = new Tables(List.of(), List.of());

  /** The last that each node has told; guarded by this. */
  private final Map<String, Heard> heard = new HashMap<>();

  private long toldNanos;
  private long told;

  /**
   * A limit with its buckets.
   *
   * @param item what {@code RateLimit-Policy} says of it
   */
  record Table(EdgeLimit limit, Buckets buckets, String item) {
    static Table of(EdgeLimit limit, long seed) {
      long seconds = Math.max(1, (long) Math.ceil(limit.burst() / limit.perSecond()));
      var item = "\"%s\";q=%d;w=%d".formatted(limit.name(), limit.burst(), seconds);
      return new Table(limit, new Buckets(limit, seed), item);
    }
  }

  private record Heard(long number, long nanos) {}

  /** All limits of one picture of the policies; another picture has another object. */
  static final class Tables {
    private final List<EdgeLimit> limits;
    private final List<Table> tables;

    /**
     * Creates them.
     *
     * @param limits that picture's own list, by which a later one is told
     */
    Tables(List<EdgeLimit> limits, List<Table> tables) {
      this.limits = limits;
      this.tables = tables;
    }

    List<Table> tables() {
      return tables;
    }
  }

  /**
   * Creates the limits of a node, on which nobody has asked for anything.
   *
   * @param seed differs with every start of the node
   * @param policies returns those that count now
   */
  public Rates(Ticker ticker, long seed, Supplier<Policies> policies) {
    this.ticker = ticker;
    this.originNanos = ticker.nanos();
    this.seed = seed;
    this.policies = policies;
  }

  /** Returns the time by which buckets go. */
  long nanos() {
    return ticker.nanos() - originNanos;
  }

  /** Returns the limits that count now; the same object as long as they do. */
  Tables tables() {
    var limits = policies.get().limits();
    var known = tables;
    return known.limits == limits ? known : renewed(limits);
  }

  /** What has not changed keeps its buckets: a change of policies is no gift to anybody. */
  private synchronized Tables renewed(List<EdgeLimit> limits) {
    if (tables.limits != limits) {
      var fresh = new ArrayList<Table>();
      for (var limit : limits) {
        var known = known(limit);
        fresh.add(known == null ? Table.of(limit, seed) : known);
      }
      tables = new Tables(limits, List.copyOf(fresh));
    }
    return tables;
  }

  private @Nullable Table known(EdgeLimit limit) {
    for (var table : tables.tables()) {
      if (table.limit().equals(limit)) {
        return table;
      }
    }
    return null;
  }

  /**
   * Returns what this node has given out since it was last asked, for the other nodes; or null when
   * there is nothing, or it was asked less than {@link RoutingLimits#SETTLE_EVERY} ago.
   *
   * @param node the id of this node
   */
  public synchronized @Nullable Buffer settlement(String node) {
    long now = nanos();
    if (told > 0 && now - toldNanos < RoutingLimits.SETTLE_EVERY.toNanos() / 2) {
      return null; // Another instance of the node was faster.
    }
    toldNanos = now;
    var message = Buffer.buffer();
    text(message, node);
    message.appendLong(++told);
    int head = message.length();
    for (var table : tables().tables()) {
      if (table.limit().reach() == Reach.SITE) {
        tell(message, table);
      }
    }
    return message.length() == head ? null : message;
  }

  private static void tell(Buffer message, Table table) {
    var entries = Buffer.buffer();
    table
        .buckets()
        .tell(
            RoutingLimits.SETTLED_CLIENTS_MAX,
            (key, tokens) -> entries.appendLong(key).appendInt(tokens));
    if (entries.length() > 0) {
      text(message, table.limit().name());
      message.appendInt(entries.length() / ENTRY_BYTES).appendBuffer(entries);
    }
  }

  /**
   * Takes note of what another node has given out.
   *
   * @param message as {@link #settlement} has made it there
   * @throws IllegalArgumentException if it is not
   */
  public void settle(Buffer message) {
    try {
      var reader = new Reader(message);
      var node = reader.text();
      long now = nanos();
      long sinceNanos = heard(node, reader.number(), now);
      if (sinceNanos < 0) {
        return; // A repetition.
      }
      while (reader.more()) {
        charge(reader, sinceNanos, now);
      }
    } catch (IndexOutOfBoundsException e) {
      throw new IllegalArgumentException("a settlement that is cut off", e);
    }
  }

  private void charge(Reader reader, long sinceNanos, long now) {
    var name = reader.text();
    int count = reader.count();
    var buckets = ofSite(name);
    for (int i = 0; i < count; i++) {
      long key = reader.number();
      int tokens = reader.count();
      if (buckets != null && key != 0 && tokens > 0) {
        buckets.charge(key, tokens, sinceNanos, now);
      }
    }
  }

  /** A limit that this node does not have yet, or no more, is another epoch's. */
  private @Nullable Buckets ofSite(String name) {
    for (var table : tables().tables()) {
      if (table.limit().name().equals(name) && table.limit().reach() == Reach.SITE) {
        return table.buckets();
      }
    }
    return null;
  }

  /**
   * Returns how long a node may have gathered what it tells; less than 0 for what it told before.
   */
  private synchronized long heard(String node, long number, long now) {
    var before = heard.get(node);
    if (before != null && before.number() == number) {
      return -1;
    }
    if (before == null && heard.size() >= RoutingLimits.SETTLING_NODES_MAX) {
      heard.clear(); // Names of nodes that are long gone; those that are there come again.
    }
    heard.put(node, new Heard(number, now));
    long most = RoutingLimits.RATE_DEBT_MAX.toNanos();
    // News may come late and then all at once, so a little more than has passed is believed.
    return before == null ? most : Math.min(most, now - before.nanos() + most / 10);
  }

  private static void text(Buffer message, String text) {
    var bytes = text.getBytes(StandardCharsets.UTF_8);
    message.appendByte((byte) bytes.length).appendBytes(bytes);
  }

  /** Reads a message from its beginning; throws {@link IndexOutOfBoundsException} past its end. */
  private static final class Reader {
    private final Buffer message;
    private int at;

    Reader(Buffer message) {
      this.message = message;
    }

    boolean more() {
      return at < message.length();
    }

    String text() {
      int length = message.getUnsignedByte(at++);
      at += length;
      return message.getString(at - length, at, "UTF-8");
    }

    long number() {
      at += Long.BYTES;
      return message.getLong(at - Long.BYTES);
    }

    int count() {
      at += Integer.BYTES;
      return message.getInt(at - Integer.BYTES);
    }
  }
}
