package io.weft.routing.limit;

import io.weft.mesh.policy.EdgeLimit;
import io.weft.routing.RoutingLimits;
import java.util.concurrent.TimeUnit;

/**
 * The token buckets of one limit on one node: one for each client, in a table of a fixed size.
 *
 * <p>A bucket is one number, the time at which it will be full again: the generic cell rate
 * algorithm, ITU-T recommendation I.371 (2004), annex A, virtual scheduling. The table is
 * set-associative, like the cache of a processor: a client's bucket is in one of four places. When
 * all four are taken, the one that is nearest to full makes room, as it loses least: what is full
 * is as good as new. So however many addresses a client has, the table does not grow, and nothing
 * is allocated for a request. Where a client's places are depends on a seed that differs with every
 * start of the node, so that nobody can choose addresses that meet.
 *
 * <p>Safe for use by many threads: a set is guarded by a lock of its stripe, which is held for a
 * few nanoseconds. Times are nanoseconds since the caller's origin, from 0.
 */
public final class Buckets {
  private static final int WAYS = 4;
  private static final int STRIPES = 64;
  private static final long NONE = 0;
  private static final double NANOS_PER_SECOND = TimeUnit.SECONDS.toNanos(1);

  private final long seed;
  private final int sets;
  private final long intervalNanos;
  private final long burstNanos;
  private final long[] keys;
  private final long[] fullAt;

  /** Tokens taken that the other nodes have not been told of. */
  private final int[] untold;

  private final Object[] locks = new Object[STRIPES];

  /** Where the next search for what is untold begins; guarded by this. */
  private int cursor;

  /** Is handed what was taken. */
  @FunctionalInterface
  public interface Taken {
    /** Tokens that were taken from the bucket of a client. */
    void taken(long key, int tokens);
  }

  /**
   * Creates buckets that are full.
   *
   * @param seed differs with every start of the node
   */
  public Buckets(EdgeLimit limit, long seed) {
    this.seed = seed;
    sets = limit.by() == EdgeLimit.By.EVERYBODY ? 1 : RoutingLimits.RATE_BUCKETS_MAX / WAYS;
    intervalNanos = Math.max(1, (long) (NANOS_PER_SECOND / limit.perSecond()));
    burstNanos = intervalNanos * limit.burst();
    keys = new long[sets * WAYS];
    fullAt = new long[sets * WAYS];
    untold = new int[sets * WAYS];
    for (int i = 0; i < STRIPES; i++) {
      locks[i] = new Object();
    }
  }

  /**
   * Takes a token from the bucket of a client.
   *
   * @param key the client; see {@link Clients}
   * @return how many nanoseconds it will take until the bucket is full again, above 0; or, when
   *     there was none, less than 0: in how many there will be one
   */
  public long take(long key, long nowNanos) {
    int set = set(key);
    synchronized (lock(set)) {
      int at = find(set, key);
      long missing = Math.max(0, fullAt[at] - nowNanos);
      long most = burstNanos - intervalNanos;
      if (missing > most) {
        return most - missing;
      }
      fullAt[at] = nowNanos + missing + intervalNanos;
      untold[at]++;
      return missing + intervalNanos;
    }
  }

  /** Gives back the token that was taken last, as another limit has refused the request. */
  public void giveBack(long key) {
    int set = set(key);
    synchronized (lock(set)) {
      int at = find(set, key);
      fullAt[at] = Math.max(0, fullAt[at] - intervalNanos);
      untold[at] = Math.max(0, untold[at] - 1);
    }
  }

  /**
   * Takes note of tokens that another node has given out: the bucket owes what it does not have, up
   * to {@link RoutingLimits#RATE_DEBT_MAX}.
   *
   * @param tokens above 0; more than a node can have given out counts as what it can
   * @param sinceNanos how long that node may have gathered them
   */
  public void charge(long key, int tokens, long sinceNanos, long nowNanos) {
    int set = set(key);
    long credible = burstNanos / intervalNanos + sinceNanos / intervalNanos + 1;
    synchronized (lock(set)) {
      int at = find(set, key);
      long owed = Math.max(fullAt[at], nowNanos) + Math.min(tokens, credible) * intervalNanos;
      fullAt[at] = Math.min(owed, nowNanos + burstNanos + RoutingLimits.RATE_DEBT_MAX.toNanos());
    }
  }

  /** Hands out what was taken since this was last asked for, of so many clients at most. */
  public synchronized void tell(int most, Taken reader) {
    int left = most;
    for (int i = 0; i < keys.length && left > 0; i++) {
      int at = cursor;
      cursor = (cursor + 1) % keys.length;
      if (untold[at] > 0) { // A glance without the lock: what it misses is there next time.
        left--;
        hand(at, reader);
      }
    }
  }

  private void hand(int at, Taken reader) {
    long key;
    int tokens;
    synchronized (lock(at / WAYS)) {
      key = keys[at];
      tokens = untold[at];
      untold[at] = 0;
    }
    if (tokens > 0) {
      reader.taken(key, tokens);
    }
  }

  /** Returns how many whole tokens a bucket has that will be full in so many nanoseconds. */
  long left(long missingNanos) {
    return Math.max(0, (burstNanos - missingNanos) / intervalNanos);
  }

  /** Returns after how many nanoseconds such a bucket has one more, above 0. */
  long untilNext(long missingNanos) {
    return missingNanos - burstNanos + (left(missingNanos) + 1) * intervalNanos;
  }

  /** Returns the place of a client's bucket; one that is not there is made, full. */
  private int find(int set, long key) {
    int first = set * WAYS;
    int roomiest = first;
    for (int at = first; at < first + WAYS; at++) {
      if (keys[at] == key) {
        return at;
      }
      if (fullAt[at] < fullAt[roomiest]) {
        roomiest = at;
      }
    }
    keys[roomiest] = key;
    fullAt[roomiest] = 0;
    untold[roomiest] = 0;
    return roomiest;
  }

  private int set(long key) {
    if (key == NONE) {
      throw new IllegalArgumentException("key 0 (expected: any other, as Clients gives)");
    }
    long mixed = Clients.mixed(key ^ seed);
    return (int) ((mixed >>> 33) % sets);
  }

  private Object lock(int set) {
    return locks[set % STRIPES];
  }
}
