package io.weft.node.policy;

import io.weft.mesh.policy.AdmissionPolicy;
import io.weft.mesh.policy.AdmissionPolicy.RateLimit;
import io.weft.mesh.policy.AutoscalePolicy;
import io.weft.mesh.policy.BalancePolicy;
import io.weft.mesh.policy.BreakerPolicy;
import io.weft.mesh.policy.CachePolicy;
import io.weft.mesh.policy.HedgePolicy;
import io.weft.mesh.policy.Policy;
import io.weft.mesh.policy.RetryPolicy;
import io.weft.mesh.policy.TrafficPolicy;
import io.weft.mesh.policy.TrafficPolicy.Fault;
import io.weft.mesh.policy.TrafficPolicy.Mirror;
import io.weft.mesh.policy.TrafficPolicy.Route;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The settings of one policy while they are gathered: what the one above says, with changes. */
final class PolicyDraft {
  private final Map<Key<?>, Object> values;
  private final Set<String> groups;
  private final boolean ofOperation;
  private List<Route> routes;
  private @Nullable Mirror mirror;
  private List<Fault> faults;
  private @Nullable Set<String> allow;

  /**
   * Creates the draft in which nobody has said anything.
   *
   * @param allow who may call then; null for all
   */
  PolicyDraft(@Nullable Set<String> allow) {
    this.allow = allow;
    values = new HashMap<>();
    groups = new HashSet<>();
    ofOperation = false;
    routes = List.of();
    faults = List.of();
  }

  /** Creates a draft that inherits from another, for one operation or for a whole service. */
  PolicyDraft(PolicyDraft from, boolean ofOperation) {
    this.ofOperation = ofOperation;
    values = new HashMap<>(from.values);
    groups = new HashSet<>(from.groups);
    routes = from.routes;
    mirror = from.mirror;
    faults = from.faults;
    allow = from.allow;
  }

  /** Says a value; null for {@code none}. */
  <T> void set(Key<T> key, @Nullable T value) {
    values.remove(key);
    if (value != null) {
      values.put(key, value);
    }
  }

  /** Says whether a group that may be absent is there. */
  void group(String path, boolean present) {
    if (present) {
      groups.add(path);
    } else {
      groups.remove(path);
      PolicyKeys.ALL.stream()
          .filter(key -> key.path().startsWith(path + "."))
          .forEach(values::remove);
    }
  }

  /** Returns whether it is for one operation of a service. */
  boolean ofOperation() {
    return ofOperation;
  }

  boolean has(String group) {
    return groups.contains(group);
  }

  void routes(List<Route> others) {
    routes = others;
  }

  void mirror(@Nullable Mirror other) {
    mirror = other;
  }

  void faults(List<Fault> others) {
    faults = others;
  }

  void allow(@Nullable Set<String> callers) {
    allow = callers;
  }

  /** Returns what counts for a key, or null for none. */
  @SuppressWarnings("unchecked") // Only values of the key's own type are ever set for it.
  <T> @Nullable T find(Key<T> key) {
    var value = (T) values.get(key);
    return value == null ? key.fallback() : value;
  }

  /** Returns what counts for a key that always has a value. */
  <T> T get(Key<T> key) {
    return Objects.requireNonNull(find(key), key.path());
  }

  /** Returns the policy. */
  Policy policy() {
    return new Policy(
        get(PolicyKeys.TIMEOUT),
        get(PolicyKeys.ATTEMPT_TIMEOUT),
        new RetryPolicy(
            get(PolicyKeys.ATTEMPTS_MAX),
            get(PolicyKeys.BACKOFF),
            get(PolicyKeys.BUDGET),
            get(PolicyKeys.RESERVE)),
        has(PolicyKeys.HEDGE)
            ? new HedgePolicy(get(PolicyKeys.HEDGE_PERCENTILE), get(PolicyKeys.HEDGE_DELAY_MIN))
            : null,
        balance(),
        breaker(),
        admission(),
        new TrafficPolicy(routes, mirror, faults),
        cache(),
        allow,
        autoscale());
  }

  private BalancePolicy balance() {
    return new BalancePolicy(
        get(PolicyKeys.ALGORITHM),
        find(PolicyKeys.HASH_BY),
        get(PolicyKeys.LOAD_BOUND),
        get(PolicyKeys.LOCALITY),
        get(PolicyKeys.SPILL_OVER),
        get(PolicyKeys.SLOW_START));
  }

  private BreakerPolicy breaker() {
    return new BreakerPolicy(
        get(PolicyKeys.CONSECUTIVE_FAILURES),
        get(PolicyKeys.ERROR_RATE),
        find(PolicyKeys.SLOW_CALL),
        get(PolicyKeys.SLOW_RATE),
        get(PolicyKeys.VOLUME_MIN),
        get(PolicyKeys.WINDOW),
        get(PolicyKeys.EJECTION),
        get(PolicyKeys.EJECTION_MAX),
        get(PolicyKeys.EJECTED_SHARE_MAX));
  }

  private AdmissionPolicy admission() {
    return new AdmissionPolicy(
        get(PolicyKeys.RUNNING_MAX), get(PolicyKeys.QUEUE_MAX), get(PolicyKeys.PRIORITY), rate());
  }

  private @Nullable CachePolicy cache() {
    var keep = find(PolicyKeys.CACHE_FOR);
    return keep == null ? null : new CachePolicy(keep);
  }

  private @Nullable AutoscalePolicy autoscale() {
    var target = find(PolicyKeys.AUTOSCALE_TARGET);
    return target == null
        ? null
        : new AutoscalePolicy(
            target,
            get(PolicyKeys.AUTOSCALE_FLOOR),
            get(PolicyKeys.AUTOSCALE_CEILING),
            get(PolicyKeys.AUTOSCALE_UP),
            get(PolicyKeys.AUTOSCALE_DOWN));
  }

  private @Nullable RateLimit rate() {
    var limit = find(PolicyKeys.RATE_LIMIT);
    if (limit == null) {
      return null;
    }
    var burst = find(PolicyKeys.RATE_BURST);
    return new RateLimit(
        limit, burst == null ? (int) Math.ceil(limit) : burst, find(PolicyKeys.RATE_BY));
  }
}
