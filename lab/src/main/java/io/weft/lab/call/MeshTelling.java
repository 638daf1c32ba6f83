package io.weft.lab.call;

import io.weft.mesh.bus.ClusterNode;
import io.weft.mesh.telemetry.CallHistograms;
import io.weft.mesh.telemetry.Telemetry;
import io.weft.mesh.time.Ticker;
import io.weft.mesh.time.Time;
import java.time.Duration;

/**
 * What a node of the benchmark tells of its calls: all that a shipped one does, or nothing, to see
 * what the telling costs.
 */
enum MeshTelling {
  /** Counts every call, remembers the last minute, keeps one trace in a hundred. */
  ALL,
  /** Counts nothing and keeps no span. */
  NOTHING;

  private static final Duration NEVER = Duration.ofDays(1);

  /** Returns what a node is to be started with. */
  Telemetry telemetry() {
    return this == ALL ? new CallHistograms(Ticker.system()) : Telemetry.NONE;
  }

  /**
   * Begins to tell, on a node that was started with it.
   *
   * @param telemetry what the node was started with
   */
  void begin(ClusterNode node, Telemetry telemetry) {
    if (telemetry instanceof CallHistograms histograms) {
      tickLater(node.time(), histograms);
    } else {
      node.mesh().spans().sample(0);
      node.mesh().spans().slow(NEVER);
    }
  }

  private static void tickLater(Time time, CallHistograms histograms) {
    time.timers()
        .after(
            CallHistograms.TICK,
            () -> {
              histograms.tick();
              tickLater(time, histograms);
            });
  }
}
