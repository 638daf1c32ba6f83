package io.weft.mesh.bus;

import com.hazelcast.core.LifecycleEvent;
import com.hazelcast.core.LifecycleEvent.LifecycleState;
import com.hazelcast.core.LifecycleListener;
import io.weft.mesh.time.Ticker;
import java.time.Duration;

/**
 * Whether this member is merging into another half of its cluster.
 *
 * <p>A node must not leave its cluster meanwhile: Vert.x's cluster manager locks itself and waits
 * for Hazelcast's lifecycle, while the merge holds the lifecycle and waits for the manager, and
 * neither ever goes on. Safe for use by many threads.
 */
final class Merges implements LifecycleListener {
  /** How long after the news of a merge its last listeners may still be told. */
  private static final Duration AFTERMATH = Duration.ofMillis(500);

  private final Ticker ticker;
  private boolean merging;
  private long lastNanos;

  Merges(Ticker ticker) {
    this.ticker = ticker;
    lastNanos = ticker.nanos() - AFTERMATH.toNanos();
  }

  @Override
  public synchronized void stateChanged(LifecycleEvent event) {
    merging = event.getState() == LifecycleState.MERGING;
    if (merging || event.getState() == LifecycleState.MERGED) {
      lastNanos = ticker.nanos();
    }
  }

  /** Returns whether no merge is under way. */
  synchronized boolean over() {
    return !merging && ticker.nanos() - lastNanos >= AFTERMATH.toNanos();
  }
}
