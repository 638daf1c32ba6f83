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
        public Recorder servings(String operation) {
          return Recorder.NONE;
        }
      };

  /** Returns where to tell of the calls of an operation, as their callers felt them. */
  Recorder calls(String operation);

  /** Returns where to tell of the attempts of an operation's calls at the endpoints of one node. */
  Recorder attempts(String operation, String node);

  /** Returns where to tell of the runs of an operation's handlers on this node. */
  Recorder servings(String operation);

  /**
   * Tells of something that came over the cluster, was not written by a node of ours, and was
   * ignored.
   *
   * @param what {@code record} or {@code announcement}
   */
  default void ignored(String what) {}
}
