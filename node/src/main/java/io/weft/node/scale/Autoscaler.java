package io.weft.node.scale;

import io.weft.mesh.policy.AutoscalePolicy;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Decides how many instances a service is to have by what they have to do.
 *
 * <p>So many are called for that each has the target in flight. Instances are added when more were
 * called for all through the cool-down, by the least of what was, and at most twice as many at a
 * time, whereupon the cool-downs begin anew; they are taken away when fewer were called for all
 * through the longer one, by the most of what was. So a load that goes up and down within a
 * cool-down moves nothing, and one that takes a step is followed once. A load that is within a
 * tenth of the target changes nothing either. That a number must have been called for over a window
 * is how the autoscaler of Kubernetes keeps calm ("stabilization window").
 *
 * <p>What is called for depends on all calls in flight, and not on how many instances are there to
 * run them; so one that dies calls for nothing. For one event loop.
 */
final class Autoscaler {
  /** A load this much off the target, as a share of it, is as good as the target. */
  private static final double TOLERANCE = 0.1;

  private final Map<String, Deque<Called>> history = new HashMap<>();

  /** How many instances were called for at a time. */
  private record Called(long atNanos, int instances) {}

  /**
   * What a service has to do.
   *
   * @param inFlight calls that its instances run or let wait, in all
   * @param whole whether every node that runs some of them has told
   * @param desired how many instances it is to have, as far as was decided
   * @param possible how many the nodes can hold
   */
  record Seen(double inFlight, boolean whole, int desired, int possible) {}

  /**
   * A number of instances, and why.
   *
   * @param from how many there were to be
   * @param to how many there are to be
   * @param why the reason, for people
   */
  record Decision(int from, int to, String why) {}

  /**
   * Takes note of what a service has to do, and decides.
   *
   * @return nothing when everything stays as it is
   */
  Optional<Decision> decide(String service, AutoscalePolicy policy, Seen seen, long nowNanos) {
    var called = history.computeIfAbsent(service, name -> new ArrayDeque<>());
    if (seen.whole()) {
      called.addLast(new Called(nowNanos, callsFor(policy, seen)));
    }
    long kept = Math.max(policy.coolDownUp().toNanos(), policy.coolDownDown().toNanos());
    // The first that is older stays: it tells what was called for when the window began.
    while (called.size() > 1 && nowNanos - second(called).atNanos() >= kept) {
      called.removeFirst();
    }
    int to = seen.whole() ? follow(policy, seen, called, nowNanos) : seen.desired();
    to = Math.max(policy.floor(), Math.min(policy.ceiling(), to));
    if (to > seen.desired()) {
      to = Math.max(seen.desired(), Math.min(seen.possible(), to));
    }
    if (to == seen.desired()) {
      return Optional.empty();
    }
    called.clear(); // What comes of it is to be seen before the next one.
    return Optional.of(new Decision(seen.desired(), to, why(policy, seen, to)));
  }

  private static int follow(
      AutoscalePolicy policy, Seen seen, Deque<Called> called, long nowNanos) {
    int desired = seen.desired();
    int up = least(called, policy.coolDownUp(), nowNanos);
    if (up > desired) {
      return Math.min(up, 2 * Math.max(1, desired));
    }
    return Math.min(desired, most(called, policy.coolDownDown(), nowNanos));
  }

  /** Forgets what is known of services that are not scaled any more. */
  void keep(Set<String> services) {
    history.keySet().retainAll(services);
  }

  private static Called second(Deque<Called> called) {
    var each = called.iterator();
    each.next();
    return each.next();
  }

  private static int callsFor(AutoscalePolicy policy, Seen seen) {
    double each = seen.inFlight() / Math.max(1, seen.desired());
    return Math.abs(each / policy.target() - 1) <= TOLERANCE
        ? seen.desired()
        : (int) Math.min(Integer.MAX_VALUE, Math.ceil(seen.inFlight() / policy.target()));
  }

  /** The least that was called for since a window began; 0 while it is not known for so long. */
  private static int least(Deque<Called> called, Duration window, long nowNanos) {
    int least = Integer.MAX_VALUE;
    for (var each = called.descendingIterator(); each.hasNext(); ) {
      var one = each.next();
      least = Math.min(least, one.instances());
      if (nowNanos - one.atNanos() >= window.toNanos()) {
        return least;
      }
    }
    return 0;
  }

  /** The most that was called for since a window began; all while it is not known for so long. */
  private static int most(Deque<Called> called, Duration window, long nowNanos) {
    int most = 0;
    for (var each = called.descendingIterator(); each.hasNext(); ) {
      var one = each.next();
      most = Math.max(most, one.instances());
      if (nowNanos - one.atNanos() >= window.toNanos()) {
        return most;
      }
    }
    return Integer.MAX_VALUE;
  }

  private static String why(AutoscalePolicy policy, Seen seen, int to) {
    boolean up = to > seen.desired();
    var window = up ? policy.coolDownUp() : policy.coolDownDown();
    var why =
        outOfBounds(policy, seen)
            ? ""
            : String.format(
                Locale.ROOT,
                ": %.1f calls in flight, target %s on each instance, for %s s",
                seen.inFlight(),
                number(policy.target()),
                number(window.toMillis() / 1e3));
    return seen.desired() + " -> " + to + why + bound(policy, seen, to, up);
  }

  private static boolean outOfBounds(AutoscalePolicy policy, Seen seen) {
    return seen.desired() < policy.floor() || seen.desired() > policy.ceiling();
  }

  private static String bound(AutoscalePolicy policy, Seen seen, int to, boolean up) {
    if (to == policy.ceiling()) {
      return "; the ceiling is " + to;
    }
    if (to == policy.floor()) {
      return "; the floor is " + to;
    }
    return up && to == seen.possible() ? "; the nodes hold no more" : "";
  }

  private static String number(double number) {
    return number == Math.rint(number)
        ? String.valueOf((long) number)
        : String.format(Locale.ROOT, "%.1f", number);
  }
}
