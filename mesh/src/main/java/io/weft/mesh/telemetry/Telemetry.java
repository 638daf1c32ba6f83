package io.weft.mesh.telemetry;

/**
 * Where the mesh tells what became of calls and attempts.
 *
 * <p>Whoever tells of many looks the {@link Recorder} up once and keeps it. Safe for use by many
 * threads.
 */
public interface Telemetry {
  /** Tells nobody. */
  Telemetry NONE =
      new Telemetry() {
        @Override
        public Recorder calls(String operation) {
          return Recorder.NONE;
        }

        @Override
        public Recorder attempts(String operation, String node) {
          return Recorder.NONE;
        }

        @Override
        public Recorder servings(String instance, String operation, String caller, String node) {
          return Recorder.NONE;
        }
      };

  /** Returns where to tell of the calls of an operation, as their callers felt them. */
  Recorder calls(String operation);

  /** Returns where to tell of the attempts of an operation's calls at the endpoints of one node. */
  Recorder attempts(String operation, String node);

  /**
   * Returns where to tell of the runs of an operation's handler on this node.
   *
   * @param instance the instance of this node that runs it
   * @param caller the service, or else the node, that called
   * @param node the node that the call came from
   */
  Recorder servings(String instance, String operation, String caller, String node);

  /** Takes note that an instance is gone, and serves nothing any more. */
  default void retired(String instance) {}

  /**
   * Takes note of how late an event loop was with something that was due.
   *
   * @param loop the number of the loop on its node
   */
  default void loopDelayed(int loop, long nanos) {}

  /**
   * Tells of something that came over the cluster, was not written by a node of ours, and was
   * ignored.
   *
   * @param what {@code record} or {@code announcement}
   */
  default void ignored(String what) {}
}
