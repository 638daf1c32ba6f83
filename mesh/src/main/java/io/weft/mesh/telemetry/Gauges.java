package io.weft.mesh.telemetry;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How the parts of a node's mesh stand, at most a second or so ago.
 *
 * @param instances the instances of this node
 * @param targets the services that are called from here
 * @param endpoints the endpoints that a caller here does not take for well, up to a bound
 * @param peers the nodes that anything is sent to
 * @param site what this node believes of its site
 */
public record Gauges(
    List<InstanceGauge> instances,
    List<TargetGauge> targets,
    List<EndpointGauge> endpoints,
    List<PeerGauge> peers,
    SiteGauge site) {

  /**
   * An instance of this node.
   *
   * @param state {@code SERVING} or {@code DRAINING}
   * @param inFlight calls that run; those that are answered at once never count
   * @param limit calls that may run at a time, as far as is known by now
   * @param queued calls that wait for their turn
   * @param streams streams that are open
   * @param site the site that it stands for, when what it is asked is done at another one; or null
   */
  public record InstanceGauge(
      String service,
      String instance,
      String version,
      String state,
      int inFlight,
      int limit,
      int queued,
      int streams,
      @Nullable String site) {
    /** Returns whether it does what it is asked here, and does not stand for another site. */
    public boolean local() {
      return site == null;
    }
  }

  /**
   * A service that is called from here. Where event loops differ, what the worst of them sees.
   *
   * @param endpoints how many endpoints it has
   * @param ejected how many of them are left out
   * @param open how many breakers are OPEN
   * @param halfOpen how many breakers are HALF_OPEN
   * @param inFlight attempts that are on their way
   * @param budget further attempts that may be made now
   * @param retries further attempts that were made since the start
   * @param refused further attempts that the budget did not allow since the start
   */
  public record TargetGauge(
      String service,
      int endpoints,
      int ejected,
      int open,
      int halfOpen,
      int inFlight,
      double budget,
      long retries,
      long refused) {}

  /**
   * An endpoint that is not taken for well, by the worst that an event loop sees.
   *
   * @param breaker {@code HALF_OPEN} or {@code OPEN}
   * @param ejected whether it is left out
   */
  public record EndpointGauge(
      String service, String node, String instance, String breaker, boolean ejected) {}

  /**
   * A node that anything is sent to.
   *
   * @param outboxBytes what waits for it, or is on its way to the network
   */
  public record PeerGauge(String node, long outboxBytes) {}

  /**
   * What this node believes of its site.
   *
   * @param nodes how many nodes are believed to be alive, this one among them
   * @param instances how many instances they have, without those that stand for other sites
   * @param silence since when no other node was heard; zero when there is none
   * @param epoch of the policies that count here
   */
  public record SiteGauge(int nodes, int instances, Duration silence, long epoch) {}

  /** What one event loop knows of those that it calls. */
  public record ClientGauges(List<TargetGauge> targets, List<EndpointGauge> endpoints) {}
}
