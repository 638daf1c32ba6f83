package io.weft.mesh.telemetry;

/**
 * One series of telemetry, looked up once and kept by whoever records into it.
 *
 * <p>Recording must be quick, must not block or allocate and must be safe for use by many threads.
 */
@FunctionalInterface
public interface Recorder {
  /** Records nothing. */
  Recorder NONE = (outcome, nanos) -> {};

  /**
   * Takes note of one that is done.
   *
   * @param outcome what became of it
   * @param nanos how long it took
   */
  void record(Outcome outcome, long nanos);
}
