package io.weft.mesh.client;

import io.weft.mesh.discovery.Endpoint;
import org.jspecify.annotations.Nullable;

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
    NOT(null),
    /** The call is for another version. */
    VERSION("of another version than asked for"),
    /** The call is for another node. */
    NODE("on another node than asked for"),
    /** The call is for another site, or a command that has been tried at another one. */
    SITE("at another site than asked for"),
    /** Its breaker is open; it gets probes only. */
    EJECTED("ejected"),
    /** The call has been tried there. */
    TRIED("tried before"),
    /** Others are nearer; it is picked only when they are loaded. */
    FAR("farther than others");

    private final @Nullable String why;

    Skipped(@Nullable String why) {
      this.why = why;
    }

    /** Returns the reason for people; null for none. */
    public @Nullable String why() {
      return why;
    }
  }
}
