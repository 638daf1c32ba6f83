package io.weft.sites.reach;

import static io.weft.sites.reach.TwoSites.await;

import io.vertx.core.Deployable;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.json.JsonObject;
import io.weft.ledger.DataService;
import io.weft.ledger.Database;
import io.weft.mesh.Readiness;
import io.weft.mesh.ServiceProvider.Host;
import io.weft.mesh.Topic;
import io.weft.mesh.time.Time;
import java.util.List;

/** A service that tells of its things. */
final class Things extends DataService {
  static final String SERVICE = "things";

  record Change(String thing, String note) {}

  static final Topic<Change> CHANGED = Topic.of("things.changed", Change.class);

  private Data data;
  private String deployment = "";

  Things() {
    super(SERVICE, "1.0.0");
  }

  /** Returns a node of a site, with a database. */
  static Host host(TwoSites.Site site, String uri) {
    var postgres = new JsonObject().put("uri", uri).put("poolSize", 4);
    return new Host(
        site.vertx,
        site.mesh,
        Time.of(site.vertx),
        new JsonObject().put("postgres", postgres),
        () -> Future.succeededFuture(new Readiness(List.of())));
  }

  /** Opens the service at a site, with one instance. */
  void start(TwoSites.Site site, String uri) throws Exception {
    var host = host(site, uri);
    await(open(host));
    deployment = await(site.vertx.deployVerticle(instance(host)));
  }

  /** Ends what {@link #start} has begun. */
  void stop(TwoSites.Site site) throws Exception {
    await(site.vertx.undeploy(deployment));
    await(close());
  }

  @Override
  protected List<Topic<?>> topics() {
    return List.of(CHANGED);
  }

  @Override
  protected Deployable instance(Host host, Data held) {
    data = held;
    return new VerticleBase() {};
  }

  Database database() {
    return data.database();
  }

  Future<Void> change(String thing, String owner, String note) {
    return data.database()
        .withTransaction(
            tx -> data.outbox().add(tx, CHANGED, thing, owner, new Change(thing, note)));
  }
}
