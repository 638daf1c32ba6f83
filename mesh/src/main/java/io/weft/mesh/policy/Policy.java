package io.weft.mesh.policy;

import io.weft.mesh.MeshLimits;
import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The settings of one operation, whole: what nobody said has its default.
 *
 * @param timeout how long an answer is of use when the caller does not say
 * @param attemptTimeout how long one attempt at a query may take before another endpoint is tried
 * @param retries how often and when it is tried again
 * @param hedge when a query is asked a second time before the first answer is there; null for never
 * @param balance how an endpoint is chosen
 * @param breaker when an endpoint is left out
 * @param admission what an instance takes on
 * @param traffic which version is called, and what is done to the calls
 * @param cache how a gateway keeps the answers to it, if it is a query; null for not at all
 * @param allow the services, and nodes, that may call, besides the service itself; null for all
 * @param autoscale how many instances there are, by what they have to do; null for as many as
 *     operators say
 */
public record Policy(
    Duration timeout,
    Duration attemptTimeout,
    RetryPolicy retries,
    @Nullable HedgePolicy hedge,
    BalancePolicy balance,
    BreakerPolicy breaker,
    AdmissionPolicy admission,
    TrafficPolicy traffic,
    @Nullable CachePolicy cache,
    @Nullable Set<String> allow,
    @Nullable AutoscalePolicy autoscale) {
  /** What counts where nobody said anything. */
  public static final Policy DEFAULT =
      new Policy(
          MeshLimits.CALL_TIMEOUT,
          MeshLimits.ATTEMPT_TIMEOUT,
          RetryPolicy.DEFAULT,
          null,
          BalancePolicy.DEFAULT,
          BreakerPolicy.DEFAULT,
          AdmissionPolicy.DEFAULT,
          TrafficPolicy.NONE);

  /** Copies the names. */
  public Policy {
    allow = allow == null ? null : Set.copyOf(allow);
  }

  /** Creates the policy of an operation that anybody may call, and whose answers nobody keeps. */
  public Policy(
      Duration timeout,
      Duration attemptTimeout,
      RetryPolicy retries,
      @Nullable HedgePolicy hedge,
      BalancePolicy balance,
      BreakerPolicy breaker,
      AdmissionPolicy admission,
      TrafficPolicy traffic) {
    this(
        timeout,
        attemptTimeout,
        retries,
        hedge,
        balance,
        breaker,
        admission,
        traffic,
        null,
        null,
        null);
  }

  /** Creates the policy of a service of which there are as many instances as operators say. */
  public Policy(
      Duration timeout,
      Duration attemptTimeout,
      RetryPolicy retries,
      @Nullable HedgePolicy hedge,
      BalancePolicy balance,
      BreakerPolicy breaker,
      AdmissionPolicy admission,
      TrafficPolicy traffic,
      @Nullable CachePolicy cache,
      @Nullable Set<String> allow) {
    this(
        timeout,
        attemptTimeout,
        retries,
        hedge,
        balance,
        breaker,
        admission,
        traffic,
        cache,
        allow,
        null);
  }
}
