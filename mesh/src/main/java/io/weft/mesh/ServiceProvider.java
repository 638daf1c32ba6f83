package io.weft.mesh;

import io.vertx.core.Deployable;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.weft.mesh.link.LinkDoorway;
import io.weft.mesh.policy.SitePolicies;
import io.weft.mesh.security.Tokens;
import io.weft.mesh.telemetry.Measure;
import io.weft.mesh.time.Time;
import java.util.List;
import java.util.function.Supplier;

/**
 * A service that a node can host.
 *
 * <p>Nodes find providers by {@link java.util.ServiceLoader}: a jar on the class path with a {@code
 * META-INF/services/io.weft.mesh.ServiceProvider} is enough. A node calls {@link #open} once, then
 * {@link #instance} for each instance that it deploys, and {@link #close} when it stops.
 */
public interface ServiceProvider {
  /** Returns the service's name: the part of its operations' names before the dot. */
  String name();

  /** Returns the service's version, such as {@code 1.2.0}. */
  String version();

  /**
   * Prepares the service on a node: migrations, pools. Called on an event loop.
   *
   * @return completes when instances can be deployed; a failure keeps the node from starting
   */
  Future<Void> open(Host host);

  /**
   * Returns a fresh verticle; on start it serves the service's operations with {@link Mesh#serve}.
   */
  Deployable instance(Host host);

  /** Checks what the service needs; a failure says what is away, and the node is not ready. */
  default Future<Void> check() {
    return Future.succeededFuture();
  }

  /**
   * Reads how the service stands, for the metrics of the node. Called on an event loop every few
   * seconds, while the service is open; a failure is a gap in the metrics.
   */
  default Future<List<Measure>> measure() {
    return Future.succeededFuture(List.of());
  }

  /** Releases what {@link #open} took. Called after the last instance has stopped. */
  default Future<Void> close() {
    return Future.succeededFuture();
  }

  /**
   * What a node offers to the services on it.
   *
   * @param vertx the node's Vert.x
   * @param mesh the node's mesh
   * @param time time and chance
   * @param settings the node's settings, nested as in {@code conf/node.yaml}
   * @param readiness asks the whole node whether it can do its work
   * @param tokens makes what issues and checks tokens, one for each event loop that checks them
   * @param links where the gateway lets links of other sites in
   * @param policies asks for the node's part in the site's policies
   */
  record Host(
      Vertx vertx,
      Mesh mesh,
      Time time,
      JsonObject settings,
      Supplier<Future<Readiness>> readiness,
      Supplier<Tokens> tokens,
      LinkDoorway links,
      Supplier<SitePolicies> policies) {
    /** Creates a host that takes part in no site's policies. */
    public Host(
        Vertx vertx,
        Mesh mesh,
        Time time,
        JsonObject settings,
        Supplier<Future<Readiness>> readiness,
        Supplier<Tokens> tokens,
        LinkDoorway links) {
      this(vertx, mesh, time, settings, readiness, tokens, links, () -> SitePolicies.NONE);
    }

    /** Creates a host that nobody has opened to links. */
    public Host(
        Vertx vertx,
        Mesh mesh,
        Time time,
        JsonObject settings,
        Supplier<Future<Readiness>> readiness,
        Supplier<Tokens> tokens) {
      this(vertx, mesh, time, settings, readiness, tokens, new LinkDoorway());
    }

    /** Creates a host that knows no tokens. */
    public Host(
        Vertx vertx,
        Mesh mesh,
        Time time,
        JsonObject settings,
        Supplier<Future<Readiness>> readiness) {
      this(
          vertx,
          mesh,
          time,
          settings,
          readiness,
          () -> {
            throw new IllegalStateException("this host has no keys for tokens");
          });
    }
  }
}
