package io.weft.mesh.bus;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.hazelcast.core.LifecycleEvent;
import com.hazelcast.core.LifecycleEvent.LifecycleState;
import io.weft.mesh.time.VirtualTime;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** When a node may leave its cluster. */
class MergesTest {
  private final VirtualTime time = new VirtualTime(1);
  private final Merges merges = new Merges(time);

  @Test
  void aNodeThatNeverMergedMayLeaveAtOnce() {
    assertTrue(merges.over());
  }

  @Test
  void aNodeThatMergesMayLeaveAWhileAfterTheMerge() {
    tell(LifecycleState.MERGING);
    time.advance(Duration.ofMinutes(1));
    assertFalse(merges.over());

    tell(LifecycleState.MERGED);
    assertFalse(merges.over());
    time.advance(Duration.ofMillis(500));
    assertTrue(merges.over());
  }

  @Test
  void aMergeThatFailedIsOver() {
    tell(LifecycleState.MERGING);
    time.advance(Duration.ofSeconds(1));

    tell(LifecycleState.MERGE_FAILED);

    assertTrue(merges.over());
  }

  private void tell(LifecycleState state) {
    merges.stateChanged(new LifecycleEvent(state));
  }
}
