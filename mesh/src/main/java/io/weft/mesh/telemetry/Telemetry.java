package io.weft.mesh.telemetry;

/**
 * Where the mesh tells what became of calls and attempts.
 *
 * <p>Called on event loops, for every call: implementations must be quick, must not block and must
 * be safe for use by many threads. What is told of often is told through a {@link Recorder}.
 */
public interface Telemetry {
  /** The outcome of a call or an attempt that succeeded; failures are named by their kind. */
  String OK = "ok";

  /** Tells nobody. */
  Telemetry NONE = new Telemetry() {};

  /**
   * A call is done, as its caller felt it.
   *
   * @param operation the operation's name
   * @param outcome {@link #OK} or the kind of the failure
   * @param nanos from the call to its answer
   */
  default void called(String operation, String outcome, long nanos) {}

  /**
   * One attempt of a call at one endpoint is done.
   *
   * @param operation the operation's name
   * @param node the endpoint's node
   * @param outcome {@link #OK} or the kind of the failure
   * @param nanos from the sending to the answer
   */
  default void attempted(String operation, String node, String outcome, long nanos) {}

  /**
   * A handler of this node is done.
   *
   * @param operation the operation's name
   * @param outcome {@link #OK} or the kind of the failure
   * @param nanos from the arrival to the answer
   */
  default void served(String operation, String outcome, long nanos) {}

  /** Returns where to tell of the calls of an operation; to be looked up once and kept. */
  default Recorder calls(String operation) {
    return (outcome, nanos) -> called(operation, outcome.label(), nanos);
  }

  /** Returns where to tell of the attempts at one node; to be looked up once and kept. */
  default Recorder attempts(String operation, String node) {
    return (outcome, nanos) -> attempted(operation, node, outcome.label(), nanos);
  }

  /** Returns where to tell of the runs of a handler; to be looked up once and kept. */
  default Recorder servings(String operation) {
    return (outcome, nanos) -> served(operation, outcome.label(), nanos);
  }

  /** Returns the label of the outcome that a failure stands for. */
  static String outcome(Throwable failure) {
    return Outcome.of(failure).label();
  }
}
