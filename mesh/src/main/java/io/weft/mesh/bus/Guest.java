package io.weft.mesh.bus;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.shareddata.LocalMap;
import io.vertx.core.shareddata.Shareable;
import io.vertx.spi.cluster.hazelcast.HazelcastClusterManager;
import io.weft.mesh.MeshLimits;
import io.weft.mesh.discovery.InMemorySite;
import io.weft.mesh.discovery.NodeRecord;
import io.weft.mesh.discovery.NodeRecord.State;
import io.weft.mesh.discovery.Registry;
import io.weft.mesh.discovery.Site;
import io.weft.mesh.telemetry.Telemetry;
import io.weft.mesh.time.Time;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The mesh of a program that hosts nothing: opened on its Vert.x when it is first wanted.
 *
 * <p>A guest has lanes, so that it can be answered, and a record with a lease, so that what it
 * publishes ends with it; but nobody lists it among the nodes. A Vert.x has one mesh at most: that
 * of its node when it has one. Safe for use by many threads.
 */
public final class Guest {
  private static final Logger LOG = LoggerFactory.getLogger(Guest.class);
  private static final String MAP = "weft";
  private static final String MESH = "mesh";

  /** What the id of a guest begins with, and the name of no node does. */
  private static final String PREFIX = "guest:";

  private static final String ALONE = "local";
  private static final String ZONE = "guest";
  private static final String VERSION = "guest";

  /** How long a guest listens before it looks for the first time. */
  private static final Duration FIRST_LISTEN =
      MeshLimits.ANNOUNCE_INTERVAL.plus(Registry.TICK_INTERVAL);

  private Guest() {}

  /** Returns whether an id is that of a guest. */
  static boolean is(String id) {
    return id.startsWith(PREFIX);
  }

  /** The mesh of a Vert.x, for whoever comes later. */
  private record Held(Future<BusMesh> mesh) implements Shareable {}

  /**
   * Returns the mesh of a Vert.x, which is opened if it has none.
   *
   * @return completes on the context that called; fails if the Vert.x is clustered by something
   *     else than Hazelcast, or is not on the site
   */
  public static Future<BusMesh> meshOf(Vertx vertx) {
    var internal = (VertxInternal) vertx;
    LocalMap<String, Held> map = vertx.sharedData().getLocalMap(MAP);
    var known = map.get(MESH);
    if (known == null) {
      Promise<BusMesh> opened = Promise.promise();
      var fresh = new Held(opened.future());
      known = map.putIfAbsent(MESH, fresh);
      if (known == null) {
        known = fresh;
        open(internal)
            .onFailure(failure -> map.remove(MESH, fresh)) // The next one tries again.
            .onComplete(opened);
      }
    }
    Promise<BusMesh> here = internal.getOrCreateContext().promise();
    known.mesh().onComplete(here);
    return here.future();
  }

  /** Lets a mesh be found on its Vert.x. */
  static void host(Vertx vertx, Future<BusMesh> mesh) {
    LocalMap<String, Held> map = vertx.sharedData().getLocalMap(MAP);
    map.putIfAbsent(MESH, new Held(mesh));
  }

  /** Lets a mesh that closes be found no more. */
  static void leave(Vertx vertx, BusMesh mesh) {
    LocalMap<String, Held> map = vertx.sharedData().getLocalMap(MAP);
    var known = map.get(MESH);
    if (known != null && known.mesh().succeeded() && known.mesh().result() == mesh) {
      map.remove(MESH, known);
    }
  }

  private static Future<BusMesh> open(VertxInternal vertx) {
    var time = Time.of(vertx);
    if (!vertx.isClustered()) {
      return open(vertx, new InMemorySite(), ALONE, Map.of(), time);
    }
    if (!(vertx.clusterManager() instanceof HazelcastClusterManager cluster)) {
      return Future.failedFuture(
          new ClusterException(
              "this Vert.x is clustered by "
                  + vertx.clusterManager().getClass().getName()
                  + " (expected: "
                  + HazelcastClusterManager.class.getName()
                  + ")"));
    }
    var bus = cluster.getNodeInfo();
    var addresses = Map.of(BusMesh.BUS_ADDRESS, bus.host() + ":" + bus.port());
    return vertx
        .executeBlocking(
            () ->
                new HazelcastSite(
                    vertx, cluster.getHazelcastInstance(), time.ticker(), Telemetry.NONE))
        .compose(site -> open(vertx, site, cluster.getNodeId(), addresses, time));
  }

  private static Future<BusMesh> open(
      VertxInternal vertx, Site site, String member, Map<String, String> addresses, Time time) {
    var record =
        new NodeRecord(
            PREFIX + member,
            time.rng().uuid().toString(),
            1,
            member,
            siteName(site),
            ZONE,
            VERSION,
            State.GUEST,
            0,
            List.of(),
            addresses,
            List.of());
    var mesh = new BusMesh(vertx, record, site, time, Telemetry.NONE);
    vertx.addCloseHook(closed -> mesh.close().onComplete(closed));
    LOG.info("This program is a guest of the mesh as {}", record.id());
    return mesh.open().compose(opened -> listened(vertx, time)).map(mesh);
  }

  /** Lets everybody announce itself once: this program's copy of the records may not be whole. */
  private static Future<Void> listened(VertxInternal vertx, Time time) {
    if (!vertx.isClustered()) {
      return Future.succeededFuture();
    }
    Promise<Void> listened = Promise.promise();
    time.timers().after(FIRST_LISTEN, listened::complete);
    return listened.future();
  }

  /** All nodes of a cluster are of one site. */
  private static String siteName(Site site) {
    return site.all().stream().map(NodeRecord::site).findFirst().orElse(ALONE);
  }
}
