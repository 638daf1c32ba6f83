package io.weft.lab.sim;

import io.weft.mesh.MeshLimits;
import io.weft.mesh.discovery.Endpoint;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * No endpoint whose lease has ended is picked while there is one whose node is heard.
 *
 * <p>The law keeps leases of its own, from what each process was sent. A process's own instances
 * count as neither: when all others have fallen silent, the last known endpoints stay in use beside
 * them. Nor does a process that was paused a moment ago, which has heard nobody.
 */
final class PickLaw extends Law {
  static final String NAME = "expired endpoint";

  private static final long LEASE_NANOS = MeshLimits.LEASE.toNanos();
  private static final long GRACE_NANOS = SimLimits.LEASE_GRACE.toNanos();

  /** Who is heard this often is well: what falls silent beside it has not with all others. */
  private static final long STEADY_NANOS = 2 * MeshLimits.ANNOUNCE_INTERVAL.toNanos();

  private final World world;
  private final Map<Incarnation, Map<String, Lease>> leases = new HashMap<>();

  /** How long a node has been heard without a gap. */
  private static final class Lease {
    private long heardSinceNanos;
    private long heardNanos;

    Lease(long now) {
      heardSinceNanos = now;
      heardNanos = now;
    }

    private void renew(long now) {
      if (now - heardNanos >= STEADY_NANOS) {
        heardSinceNanos = now;
      }
      heardNanos = now;
    }

    private boolean expired(long now) {
      return now - heardNanos > LEASE_NANOS + GRACE_NANOS;
    }

    /** Heard steadily, and long enough that the registry has had time to notice. */
    private boolean healthy(long now) {
      return now - heardSinceNanos > GRACE_NANOS && now - heardNanos < STEADY_NANOS;
    }
  }

  PickLaw(World world) {
    this.world = world;
  }

  @Override
  public void heard(Incarnation by, String node, String incarnation) {
    var lease = of(by).get(key(node, incarnation));
    if (lease != null) {
      lease.renew(by.node().clock().nanos());
    }
  }

  @Override
  public void met(Incarnation by, String node, String incarnation) {
    of(by).computeIfAbsent(key(node, incarnation), k -> new Lease(by.node().clock().nanos()));
  }

  @Override
  public void forgotten(Incarnation by, String node) {
    of(by).keySet().removeIf(key -> key.startsWith(node + "/"));
  }

  @Override
  public void attempted(Incarnation by, SimCall call, Endpoint endpoint) {
    long now = by.node().clock().nanos();
    boolean blind = world.nanos() - by.node().resumedNanos() < 2 * LEASE_NANOS;
    if (blind && by.node().resumedNanos() > 0) {
      return;
    }
    var lease = leaseOf(by, endpoint);
    if (lease != null && lease.expired(now)) {
      for (var other : by.registry().directory().serving(World.OPERATIONS.get(0))) {
        var alternative = leaseOf(by, other);
        if (alternative != null && alternative.healthy(now)) {
          throw new Violation(
              NAME,
              by.member()
                  + " picked "
                  + endpoint.id()
                  + ", silent for "
                  + (now - lease.heardNanos) / 1_000_000
                  + " ms, though "
                  + other.id()
                  + " is heard");
        }
      }
    }
  }

  private @Nullable Lease leaseOf(Incarnation by, Endpoint endpoint) {
    return endpoint.node().equals(by.node().id())
        ? null
        : of(by).get(key(endpoint.node(), endpoint.incarnation()));
  }

  private Map<String, Lease> of(Incarnation by) {
    return leases.computeIfAbsent(by, b -> new HashMap<>());
  }

  private static String key(String node, String incarnation) {
    return node + "/" + incarnation;
  }
}
