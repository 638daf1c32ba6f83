package io.weft.routing.upstream;

import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.json.JsonObject;
import io.weft.mesh.ServiceProvider.Host;
import io.weft.mesh.bus.BusMesh;
import io.weft.mesh.time.Timers;
import io.weft.routing.RoutingLimits;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One endpoint of an upstream as this node knows it: in the mesh while it is believed to be well,
 * and out of it while it is not.
 *
 * <p>It is well when its checks say so, or, without checks, as long as heartbeats come; one that
 * has neither is believed, and left to the breakers of its callers. For one context.
 */
final class WatchedEndpoint {
  private static final Logger LOG = LoggerFactory.getLogger(WatchedEndpoint.class);
  private static final Timers.Handle NONE = () -> {};

  private final Host host;
  private final UpstreamSpec spec;
  private final EndpointAddress address;
  private final HttpClientAgent client;
  private @Nullable Duration lease;
  private Timers.Handle nextCheck = NONE;
  private Timers.Handle leaseEnd = NONE;
  private Future<?> last = Future.succeededFuture();
  private @Nullable String deployment;
  private boolean well;
  private boolean checking;
  private boolean gone;
  private int failures;
  private String why = "not checked yet";

  /**
   * Creates an endpoint that is not in the mesh yet.
   *
   * @param client asks it how it is
   */
  WatchedEndpoint(Host host, UpstreamSpec spec, EndpointAddress address, HttpClientAgent client) {
    this.host = host;
    this.spec = spec;
    this.address = address;
    this.client = client;
  }

  /** Returns whether it stays only as long as heartbeats come. */
  boolean leased() {
    return lease != null;
  }

  /**
   * Begins to watch it.
   *
   * @return completes when it is in the mesh, or known not to be well
   */
  Future<Void> start() {
    return spec.health() == null ? become(true, "") : check(spec.health());
  }

  /**
   * Takes note of a heartbeat.
   *
   * @param ended run when no further one has come in time
   */
  void heard(Duration life, Runnable ended) {
    lease = life;
    leaseEnd.cancel();
    leaseEnd =
        host.time()
            .timers()
            .after(
                life,
                () -> {
                  LOG.warn("{} at {}: no heartbeat for {}", spec.name(), address, life);
                  ended.run();
                });
  }

  private Future<Void> check(UpstreamSpec.Health health) {
    if (checking || gone) {
      return Future.succeededFuture();
    }
    checking = true;
    nextCheck.cancel();
    nextCheck = NONE;
    return Checkup.of(client, address, health)
        .compose(
            found -> {
              checking = false;
              if (gone) {
                return Future.succeededFuture();
              }
              nextCheck = host.time().timers().after(health.interval(), () -> checkAgain(health));
              return judge(found);
            });
  }

  private void checkAgain(UpstreamSpec.Health health) {
    check(health).onFailure(e -> LOG.error("{} at {}: its check failed", spec.name(), address, e));
  }

  /** One that takes no connection is dead; one that answers badly may be busy. */
  private Future<Void> judge(Checkup found) {
    if (found.well()) {
      failures = 0;
      return become(true, "");
    }
    failures++;
    boolean ill = !well || !found.reached() || failures >= RoutingLimits.HEALTH_FAILURES;
    return ill ? become(false, found.why()) : Future.succeededFuture();
  }

  /**
   * A connection that could not be made is looked into at once, rather than with the next check.
   */
  private void unreachable() {
    if (spec.health() != null && well) {
      checkAgain(spec.health());
    }
  }

  private Future<Void> become(boolean now, String because) {
    if (well != now) {
      if (now) {
        LOG.info("{} at {} is in the mesh", spec.name(), address);
      } else {
        LOG.warn("{} at {} is out of the mesh: {}", spec.name(), address, because);
      }
    }
    well = now;
    why = because;
    return settle();
  }

  /** Deploys or undeploys, one after the other, until there is what is wanted. */
  private Future<Void> settle() {
    Future<Void> next = last.transform(before -> step());
    last = next;
    return next;
  }

  private Future<Void> step() {
    boolean wanted = well && !gone;
    if (wanted && deployment == null) {
      var context = host.vertx().getOrCreateContext();
      return host.vertx()
          .deployVerticle(
              new EndpointVerticle(
                  host, spec, address, () -> context.runOnContext(turn -> unreachable())),
              new DeploymentOptions()
                  .setConfig(new JsonObject().put(BusMesh.VERSION, spec.version())))
          .map(
              id -> {
                deployment = id;
                return null;
              });
    }
    if (!wanted && deployment != null) {
      var id = deployment;
      deployment = null;
      return host.mesh().withdraw(id).eventually(() -> host.vertx().undeploy(id));
    }
    return Future.succeededFuture();
  }

  /** Takes it out of the mesh for good; what it runs is finished first. */
  Future<Void> stop() {
    gone = true;
    nextCheck.cancel();
    leaseEnd.cancel();
    return settle();
  }

  /** Returns what is known of it. */
  JsonObject json() {
    var json = new JsonObject().put("address", address.toString()).put("well", well);
    if (!why.isEmpty()) {
      json.put("why", why);
    }
    return lease == null ? json : json.put("leaseMillis", lease.toMillis());
  }
}
