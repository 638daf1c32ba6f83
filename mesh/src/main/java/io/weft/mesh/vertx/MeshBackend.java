package io.weft.mesh.vertx;

import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.servicediscovery.Record;
import io.vertx.servicediscovery.spi.ServiceDiscoveryBackend;
import io.weft.mesh.bus.BusMesh;
import io.weft.mesh.bus.Guest;
import io.weft.mesh.discovery.Published;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The backend of vertx-service-discovery that knows who is alive.
 *
 * <p>It lists the instances of the mesh, each with a record of type {@link MeshServiceType#NAME},
 * and what programs have published; the latter belongs to the node that it was published on and is
 * gone with it. {@code ServiceDiscovery.create(vertx)} finds it wherever this library is on the
 * class path: on a node, and on any Vert.x of the same cluster, which becomes a {@link Guest}.
 * Lookups read this node's own picture of the site, never the network.
 */
public final class MeshBackend implements ServiceDiscoveryBackend {
  private final Listing listing = new Listing();
  private @Nullable Vertx vertx;

  /** Creates a backend, as the service loader does. */
  public MeshBackend() {}

  @Override
  public void init(Vertx vertx, JsonObject config) {
    this.vertx = vertx;
  }

  @Override
  public void store(Record record, Handler<AsyncResult<Record>> stored) {
    if (record.getRegistration() != null) {
      throw new IllegalArgumentException(
          "record " + record.getRegistration() + " is registered already: update it instead");
    }
    mesh()
        .compose(
            mesh -> {
              var id = mesh.newId();
              return put(mesh, new Record(record).setRegistration(id))
                  .map(done -> record.setRegistration(id));
            })
        .onComplete(stored);
  }

  @Override
  public void update(Record record, Handler<AsyncResult<Void>> updated) {
    Objects.requireNonNull(record.getRegistration(), "the record has no registration");
    mesh().compose(mesh -> put(mesh, record)).onComplete(updated);
  }

  @Override
  public void remove(Record record, Handler<AsyncResult<Record>> removed) {
    remove(
        Objects.requireNonNull(record.getRegistration(), "the record has no registration"),
        removed);
  }

  @Override
  public void remove(String registration, Handler<AsyncResult<Record>> removed) {
    Objects.requireNonNull(registration, "no registration");
    mesh().compose(mesh -> take(mesh, registration)).onComplete(removed);
  }

  @Override
  public void getRecords(Handler<AsyncResult<List<Record>>> found) {
    mesh().map(mesh -> listing.of(mesh.directory()).all()).onComplete(found);
  }

  @Override
  public void getRecord(String registration, Handler<AsyncResult<Record>> found) {
    mesh().map(mesh -> listing.of(mesh.directory()).find(registration)).onComplete(found);
  }

  private Future<BusMesh> mesh() {
    return Guest.meshOf(Objects.requireNonNull(vertx, "the backend was not initialised"));
  }

  private Future<Void> put(BusMesh mesh, Record record) {
    var registration = record.getRegistration();
    var owner = listing.of(mesh.directory()).owner(registration);
    if (owner != null && !owner.equals(mesh.node())) {
      return Future.failedFuture(foreign(registration, owner));
    }
    if (MeshServiceType.NAME.equals(record.getType())) {
      return Future.failedFuture(
          new IllegalArgumentException(
              "a record of type "
                  + MeshServiceType.NAME
                  + " (expected: another type): instances of the mesh are listed by themselves"));
    }
    Published published;
    try {
      published = new Published(registration, record.toJson().encode());
    } catch (IllegalArgumentException e) {
      return Future.failedFuture(e);
    }
    return mesh.publish(published);
  }

  private Future<Record> take(BusMesh mesh, String registration) {
    var now = listing.of(mesh.directory());
    var record = now.find(registration);
    var owner = now.owner(registration);
    if (record == null) {
      return Future.failedFuture("Record '" + registration + "' not found");
    }
    if (!mesh.node().equals(owner) || record.getType().equals(MeshServiceType.NAME)) {
      return Future.failedFuture(foreign(registration, owner));
    }
    return mesh.unpublish(registration).map(record);
  }

  private static IllegalArgumentException foreign(String registration, @Nullable String owner) {
    return new IllegalArgumentException(
        "record "
            + registration
            + " belongs to node "
            + owner
            + " (expected: one that was published here): change it there");
  }
}
