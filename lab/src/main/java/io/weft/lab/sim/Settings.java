package io.weft.lab.sim;

import io.weft.mesh.policy.BalancePolicy;
import io.weft.mesh.policy.BalancePolicy.Algorithm;
import io.weft.mesh.policy.HedgePolicy;
import io.weft.mesh.policy.Policy;
import io.weft.mesh.time.Rng;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The size and the habits of a world.
 *
 * @param servers nodes that serve, at least 2
 * @param callers nodes that only call
 * @param instances of the service on each node that serves
 * @param callsPerSecond of all nodes together
 * @param policy what every call goes by
 * @param silence after which the cluster drops a member
 */
record Settings(
    int servers,
    int callers,
    int instances,
    double callsPerSecond,
    Policy policy,
    Duration silence) {
  /** The attribute that consistent hashing goes by. */
  static final String HASHED = "client";

  private static final double CALLS_PER_SECOND = 250;

  /** Draws a small world: the usual kind, of which a build tries hundreds. */
  static Settings drawn(Rng rng) {
    var algorithms = Algorithm.values();
    var algorithm = algorithms[rng.nextInt(algorithms.length)];
    var hedge = rng.nextInt(3) == 0 ? new HedgePolicy(0.95, Duration.ofMillis(10)) : null;
    return new Settings(
        2 + rng.nextInt(4),
        rng.nextInt(3),
        1 + rng.nextInt(2),
        CALLS_PER_SECOND,
        policy(algorithm, hedge),
        Duration.ofSeconds(2L + rng.nextInt(9)));
  }

  /** Returns the default policy with another way to choose an endpoint. */
  static Policy policy(Algorithm algorithm, @Nullable HedgePolicy hedge) {
    var usual = Policy.DEFAULT;
    var balance = BalancePolicy.DEFAULT;
    return new Policy(
        usual.timeout(),
        usual.attemptTimeout(),
        usual.retries(),
        hedge,
        new BalancePolicy(
            algorithm,
            HASHED,
            balance.loadBound(),
            balance.locality(),
            balance.spillOver(),
            balance.slowStart()),
        usual.breaker(),
        usual.admission(),
        usual.traffic());
  }

  int nodes() {
    return servers + callers;
  }

  /** Returns how many instances a node serves. */
  int served(int node) {
    return node < servers ? instances : 0;
  }

  @Override
  public String toString() {
    return servers
        + " nodes of "
        + instances
        + " instances, "
        + callers
        + " that only call, "
        + policy.balance().algorithm()
        + (policy.hedge() == null ? "" : ", hedged");
  }
}
