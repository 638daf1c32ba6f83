package io.weft.mesh.client;

import io.weft.mesh.discovery.Endpoint;

/** Who is told of the endpoints that one attempt could go to; for explaining a call. */
@FunctionalInterface
public interface Candidates {
  /**
   * Takes note of an endpoint that serves the call's operation.
   *
   * @param cost of one more request, as peak EWMA has it, in nanoseconds of latency; less is better
   * @param skipped why the endpoint is passed over
   */
  void candidate(Endpoint endpoint, double cost, Skipped skipped);

  /** Why an endpoint is passed over. */
  enum Skipped {
    /** It is not: it can be picked. */
    NOT,
    /** The call is for another version. */
    VERSION,
    /** The call is for another node. */
    NODE,
    /** Its breaker is open; it gets probes only. */
    EJECTED,
    /** The call has been tried there. */
    TRIED,
    /** Others are nearer; it is picked only when they are loaded. */
    FAR
  }
}
