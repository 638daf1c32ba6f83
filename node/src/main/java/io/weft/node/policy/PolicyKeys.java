package io.weft.node.policy;

import io.weft.mesh.MeshLimits;
import io.weft.mesh.Priority;
import io.weft.mesh.policy.AdmissionPolicy;
import io.weft.mesh.policy.BalancePolicy;
import io.weft.mesh.policy.BreakerPolicy;
import io.weft.mesh.policy.Policy;
import io.weft.mesh.policy.RetryPolicy;
import io.weft.node.NodeLimits;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Every setting of a policy that has a single value; the reader and docs/POLICIES.md follow it. */
final class PolicyKeys {
  /** How the name of an attribute is written. */
  static final Form<String> ATTRIBUTE =
      Form.text(
          "an attribute of the section attributes: 1 to 32 of a-z, 0-9 and -, a letter first",
          "(?!weft-)[a-z][a-z0-9-]{0,31}");

  /** How the version of a service is written. */
  static final Form<String> VERSION =
      Form.text("a version, as in 1.2.0", "[A-Za-z0-9][A-Za-z0-9._+-]{0,62}");

  private static final RetryPolicy RETRIES = RetryPolicy.DEFAULT;
  private static final BalancePolicy BALANCE = BalancePolicy.DEFAULT;
  private static final BreakerPolicy BREAKER = BreakerPolicy.DEFAULT;
  private static final AdmissionPolicy ADMISSION = AdmissionPolicy.DEFAULT;

  private static final Duration MILLISECOND = Duration.ofMillis(1);
  private static final Duration HOUR = Duration.ofHours(1);

  static final Key<Duration> TIMEOUT =
      Key.of(
          "timeout",
          Form.duration(MILLISECOND, HOUR),
          Policy.DEFAULT.timeout(),
          "how long an answer is of use when the caller does not say");
  static final Key<Duration> ATTEMPT_TIMEOUT =
      Key.of(
          "attemptTimeout",
          Form.duration(MILLISECOND, HOUR),
          Policy.DEFAULT.attemptTimeout(),
          "how long one attempt at a query may take before another instance is tried");

  static final Key<Integer> ATTEMPTS_MAX =
      Key.of(
          "retries.attemptsMax",
          Form.whole(1, NodeLimits.POLICY_ATTEMPTS_MAX),
          RETRIES.attemptsMax(),
          "attempts of one call, the first included; 1 for no retries");
  static final Key<Duration> BACKOFF =
      Key.of(
          "retries.backoff",
          Form.duration(MILLISECOND, Duration.ofSeconds(10)),
          RETRIES.backoff(),
          "the longest wait before the second attempt; it doubles with each further one");
  static final Key<Double> BUDGET =
      Key.of(
          "retries.budget",
          Form.share(0, 100),
          RETRIES.budgetRatio(),
          "retries that calls earn, as a share of the calls");
  static final Key<Double> RESERVE =
      Key.of(
          "retries.reserve",
          Form.rate(0, 1_000),
          RETRIES.reservePerSecond(),
          "retries besides those that are earned");

  static final Key<Double> HEDGE_PERCENTILE =
      Key.of(
          "hedge.percentile",
          Form.share(50, 99.9),
          0.95,
          "of the latencies of late, after which a query is asked a second time elsewhere");
  static final Key<Duration> HEDGE_DELAY_MIN =
      Key.of(
          "hedge.delayMin",
          Form.duration(MILLISECOND, Duration.ofSeconds(10)),
          Duration.ofMillis(5),
          "the shortest wait before that");

  static final Key<BalancePolicy.Algorithm> ALGORITHM =
      Key.of(
          "balance.algorithm",
          Form.word(BalancePolicy.Algorithm.class),
          BALANCE.algorithm(),
          "how an instance is chosen");
  static final Key<String> HASH_BY =
      Key.optional(
          "balance.hashBy", ATTRIBUTE, "the attribute that consistent-hash goes by; it needs one");
  static final Key<Double> LOAD_BOUND =
      Key.of(
          "balance.loadBound",
          Form.number(1.01, 10),
          BALANCE.loadBound(),
          "how many times the mean load an instance of the hash ring may have");
  static final Key<BalancePolicy.Locality> LOCALITY =
      Key.of(
          "balance.locality",
          Form.word(BalancePolicy.Locality.class),
          BALANCE.locality(),
          "how near an instance is to be, as long as near ones are well");
  static final Key<Double> SPILL_OVER =
      Key.of(
          "balance.spillOver",
          Form.number(1, 100),
          BALANCE.spillOver(),
          "how many times as dear as far ones the near ones may be and still be preferred");
  static final Key<Duration> SLOW_START =
      Key.of(
          "balance.slowStart",
          Form.duration(Duration.ZERO, Duration.ofMinutes(10)),
          BALANCE.slowStart(),
          "how long a new instance gets less than its full share");

  static final Key<Integer> CONSECUTIVE_FAILURES =
      Key.of(
          "breaker.consecutiveFailures",
          Form.whole(1, 1_000),
          BREAKER.consecutiveFailures(),
          "failures in a row that eject an instance");
  static final Key<Double> ERROR_RATE =
      Key.of(
          "breaker.errorRate",
          Form.share(1, 100),
          BREAKER.errorRate(),
          "the share of failures in the window that ejects it");
  static final Key<Duration> SLOW_CALL =
      Key.optional(
          "breaker.slowCall",
          Form.duration(MILLISECOND, HOUR),
          "answers that take longer count as slow");
  static final Key<Double> SLOW_RATE =
      Key.of(
          "breaker.slowRate",
          Form.share(1, 100),
          BREAKER.slowRate(),
          "the share of slow answers in the window that ejects it");
  static final Key<Integer> VOLUME_MIN =
      Key.of(
          "breaker.volumeMin",
          Form.whole(1, 100_000),
          BREAKER.volumeMin(),
          "attempts in the window below which no share counts");
  static final Key<Duration> WINDOW =
      Key.of(
          "breaker.window",
          Form.duration(Duration.ofSeconds(1), Duration.ofMinutes(10)),
          BREAKER.window(),
          "the time over which shares are taken");
  static final Key<Duration> EJECTION =
      Key.of(
          "breaker.ejection",
          Form.duration(Duration.ofMillis(100), HOUR),
          BREAKER.ejection(),
          "how long it is left out the first time; it doubles with each further time");
  static final Key<Duration> EJECTION_MAX =
      Key.of(
          "breaker.ejectionMax",
          Form.duration(Duration.ofMillis(100), HOUR),
          BREAKER.ejectionMax(),
          "how long it is left out at most, at least `breaker.ejection`");
  static final Key<Double> EJECTED_SHARE_MAX =
      Key.of(
          "breaker.ejectedShareMax",
          Form.share(0, 100),
          BREAKER.ejectedShareMax(),
          "the share of a service's instances that are left out at most; the last one never is");

  static final Key<Integer> RUNNING_MAX =
      Key.of(
          "admission.runningMax",
          Form.whole(1, 65_536),
          ADMISSION.runningMax(),
          "calls that one instance runs at a time; the adaptive limit stays below");
  static final Key<Integer> QUEUE_MAX =
      Key.of(
          "admission.queueMax",
          Form.whole(0, 65_536),
          ADMISSION.queueMax(),
          "calls that wait at one instance");
  static final Key<Priority> PRIORITY =
      Key.of(
          "admission.priority",
          Form.word(Priority.class),
          ADMISSION.priority(),
          "the priority of calls whose callers do not say");
  static final Key<Double> RATE_LIMIT =
      Key.optional(
          "admission.rate.limit",
          Form.rate(0.1, 1_000_000),
          "calls that one instance takes on per second");
  static final Key<Integer> RATE_BURST =
      Key.optional(
          "admission.rate.burst",
          Form.whole(1, 1_000_000),
          "calls that it takes on at once after a quiet time; as many as in a second if not said");
  static final Key<String> RATE_BY =
      Key.optional(
          "admission.rate.by",
          ATTRIBUTE,
          "the attribute each value of which has a limit of its own");

  static final Key<Duration> CACHE_FOR =
      Key.optional(
          "cache.for",
          Form.duration(Duration.ofMillis(100), Duration.ofMinutes(10)),
          "how long a gateway answers a query with what it was answered before");

  static final Key<Double> AUTOSCALE_TARGET =
      Key.optional(
          "autoscale.target",
          Form.number(0.1, 1_024),
          "calls in flight that one instance is to have; the number of instances follows from it");
  static final Key<Integer> AUTOSCALE_FLOOR =
      Key.of(
          "autoscale.floor",
          Form.whole(1, NodeLimits.AUTOSCALE_INSTANCES_MAX),
          1,
          "the fewest instances that it leaves");
  static final Key<Integer> AUTOSCALE_CEILING =
      Key.of(
          "autoscale.ceiling",
          Form.whole(1, NodeLimits.AUTOSCALE_INSTANCES_MAX),
          8,
          "the most instances that it makes");
  static final Key<Duration> AUTOSCALE_UP =
      Key.of(
          "autoscale.coolDownUp",
          Form.duration(Duration.ofSeconds(1), HOUR),
          Duration.ofSeconds(10),
          "for how long more must have been needed, before there are more");
  static final Key<Duration> AUTOSCALE_DOWN =
      Key.of(
          "autoscale.coolDownDown",
          Form.duration(Duration.ofSeconds(1), HOUR),
          Duration.ofMinutes(2),
          "for how long fewer must have been enough, before there are fewer");

  /** All keys, in the order of the documents. */
  static final List<Key<?>> ALL =
      List.of(
          TIMEOUT,
          ATTEMPT_TIMEOUT,
          ATTEMPTS_MAX,
          BACKOFF,
          BUDGET,
          RESERVE,
          HEDGE_PERCENTILE,
          HEDGE_DELAY_MIN,
          ALGORITHM,
          HASH_BY,
          LOAD_BOUND,
          LOCALITY,
          SPILL_OVER,
          SLOW_START,
          CONSECUTIVE_FAILURES,
          ERROR_RATE,
          SLOW_CALL,
          SLOW_RATE,
          VOLUME_MIN,
          WINDOW,
          EJECTION,
          EJECTION_MAX,
          EJECTED_SHARE_MAX,
          RUNNING_MAX,
          QUEUE_MAX,
          PRIORITY,
          RATE_LIMIT,
          RATE_BURST,
          RATE_BY,
          CACHE_FOR,
          AUTOSCALE_TARGET,
          AUTOSCALE_FLOOR,
          AUTOSCALE_CEILING,
          AUTOSCALE_UP,
          AUTOSCALE_DOWN);

  /** Keys that name an attribute. */
  static final List<Key<?>> ATTRIBUTE_NAMES = List.of(HASH_BY, RATE_BY);

  /** Keys that count for an instance as a whole, and so cannot differ by operation. */
  static final List<Key<?>> OF_INSTANCES =
      List.of(
          RUNNING_MAX,
          QUEUE_MAX,
          AUTOSCALE_TARGET,
          AUTOSCALE_FLOOR,
          AUTOSCALE_CEILING,
          AUTOSCALE_UP,
          AUTOSCALE_DOWN);

  /** The group by which queries are hedged; absent where nobody says anything. */
  static final String HEDGE = "hedge";

  /** The group that limits a rate; absent where nobody says anything. */
  static final String RATE = "admission.rate";

  /** The group by which gateways keep answers; absent where nobody says anything. */
  static final String CACHE = "cache";

  /** The group by which the number of instances follows the load; absent where nobody says any. */
  static final String AUTOSCALE = "autoscale";

  /** Groups that can be taken back with {@code none}. */
  static final List<String> OPTIONAL_GROUPS = List.of(HEDGE, RATE, CACHE, AUTOSCALE);

  private PolicyKeys() {}

  /** Returns the key of a path. */
  static Optional<Key<?>> byPath(String path) {
    return ALL.stream().<Key<?>>map(key -> key).filter(key -> key.path().equals(path)).findFirst();
  }

  /** Returns whether keys stand under a path. */
  static boolean isGroup(String path) {
    return ALL.stream().anyMatch(key -> key.path().startsWith(path + "."));
  }

  /** Returns the names that may stand directly under a group, or at the top for an empty one. */
  static List<String> under(String group) {
    var prefix = group.isEmpty() ? "" : group + ".";
    return ALL.stream()
        .map(Key::path)
        .filter(path -> path.startsWith(prefix))
        .map(path -> path.substring(prefix.length()).split("\\.", 2)[0])
        .distinct()
        .toList();
  }

  /** How long a fault may delay a call. */
  static final Form<Duration> DELAY = Form.duration(MILLISECOND, Duration.ofMinutes(1));

  /** How many routes, or faults, one service or operation may have. */
  static final int RULES_MAX = 32;

  /** How many limits the gateway may have; each has a table of its own. */
  static final int LIMITS_MAX = 16;

  /** How many callers one service or operation may allow by name. */
  static final int CALLERS_MAX = 64;

  /** Attributes that may be declared: one of a call's is kept free for the mark of a copy. */
  static final int ATTRIBUTES_MAX = MeshLimits.ATTRIBUTES_MAX - 1;
}
