package io.weft.ledger;

import io.vertx.core.Context;
import io.vertx.core.Deployable;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.json.JsonObject;
import io.weft.mesh.Deadline;
import io.weft.mesh.Event;
import io.weft.mesh.Mesh;
import io.weft.mesh.MeshFailure;
import io.weft.mesh.ServiceProvider;
import io.weft.mesh.Topic;
import io.weft.mesh.telemetry.Measure;
import io.weft.mesh.time.Time;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A service that keeps data: a provider with a schema of its own, which is migrated when a node
 * opens it.
 *
 * <p>Migrations are SQL files in {@code db/<service>/} of the service's jar. The settings used are
 * {@code postgres.uri}, {@code postgres.poolSize}, {@code events.keptHours}, {@code events.keptMiB}
 * and {@code sites.hub}.
 */
public abstract class DataService implements ServiceProvider {
  /**
   * What a site calls its hub: the site of the instances that stand for the hub's services here.
   */
  public static final String HUB = "hub";

  private final String name;
  private final String version;
  private Optional<Host> host = Optional.empty();
  private Optional<Data> data = Optional.empty();
  private Optional<ServiceEvents> events = Optional.empty();

  /**
   * What a node holds for all instances of a service on it.
   *
   * @param database the service's pool
   * @param cursors the pages of its lists
   * @param outbox where it tells what has happened
   */
  public record Data(Database database, Cursors cursors, Outbox outbox) {}

  /**
   * Creates the provider of a service that is not open yet.
   *
   * @param name the service's name, from which its schema and role are named
   * @param version the service's version
   */
  protected DataService(String name, String version) {
    this.name = name;
    this.version = version;
  }

  /** Returns what the service tells of: every topic of the events that it adds to its outbox. */
  protected List<Topic<?>> topics() {
    return List.of();
  }

  /**
   * Returns whether the service tells of anything on this node. Where it does not, it has no events
   * here, and those of the same service at another site may be served in their place.
   */
  protected boolean tells(Host host) {
    return !topics().isEmpty();
  }

  /** Returns whether the site of a node has a hub: the setting {@code sites.hub} names one. */
  protected static boolean hasHub(Host host) {
    var sites = host.settings().getJsonObject("sites", new JsonObject());
    return !sites.getString("hub", "").isEmpty();
  }

  /** Reads how the service stands, besides its events, for the metrics of the node. */
  protected Future<List<Measure>> measure(Host host, Data data) {
    return Future.succeededFuture(List.of());
  }

  /** Returns a fresh verticle that serves the service's operations. */
  protected abstract Deployable instance(Host host, Data data);

  @Override
  public final String name() {
    return name;
  }

  @Override
  public final String version() {
    return version;
  }

  @Override
  public final Future<Void> open(Host host) {
    var postgres = host.settings().getJsonObject("postgres");
    String uri = postgres.getString("uri");
    int poolSize = postgres.getInteger("poolSize");
    return Migrations.run(host.vertx(), uri, name)
        .compose(
            migrated -> {
              var database = Database.open(host.vertx(), host.time(), uri, name, poolSize);
              var until = Deadline.after(host.time().ticker(), LedgerLimits.START_TIMEOUT);
              return load(host.time(), database, until)
                  .compose(cursors -> hold(host, database, cursors))
                  .recover(
                      failure ->
                          close()
                              .eventually(database::close)
                              .transform(closed -> Future.failedFuture(failure)));
            });
  }

  private Future<Void> hold(Host host, Database database, Cursors cursors) {
    this.host = Optional.of(host);
    if (!tells(host)) {
      data = Optional.of(new Data(database, cursors, new Outbox(name, List.of(), () -> {})));
      return Future.succeededFuture();
    }
    var kept = EventBound.of(host.settings());
    var own = new ServiceEvents(host.vertx(), database, host.time(), name, kept);
    events = Optional.of(own);
    data = Optional.of(new Data(database, cursors, new Outbox(name, topics(), own::committed)));
    return inTime(host.time(), own.start());
  }

  private Future<Void> inTime(Time time, Future<Void> started) {
    Promise<Void> bounded = Promise.promise();
    var patience =
        time.timers()
            .after(
                LedgerLimits.START_TIMEOUT,
                () ->
                    bounded.tryFail(
                        DatabaseFailures.unavailable("the events of " + name + " cannot be read")));
    started.onSuccess(bounded::tryComplete);
    return bounded.future().onComplete(done -> patience.cancel());
  }

  /**
   * The first connections take longest, most of all where all nodes of a host start at once; and a
   * start, unlike a call, has nowhere else to go.
   */
  private static Future<Cursors> load(Time time, Database database, Deadline until) {
    return Cursors.load(database)
        .recover(
            failure -> {
              if (!(failure instanceof MeshFailure.Rejected) || until.expired()) {
                return Future.failedFuture(failure);
              }
              Promise<Void> waited = Promise.promise();
              time.timers().after(LedgerLimits.START_INTERVAL, waited::complete);
              return waited.future().compose(again -> load(time, database, until));
            });
  }

  @Override
  public final Deployable instance(Host host) {
    var held = data.orElseThrow(() -> new IllegalStateException(name + " is not open"));
    Deployable instance = instance(host, held);
    return events
        .<Deployable>map(own -> new WithEvents(instance, host.mesh(), name, own))
        .orElse(instance);
  }

  @Override
  public final Future<Void> check() {
    return data.map(held -> held.database().check())
        .orElseGet(
            () ->
                Future.failedFuture(
                    new MeshFailure.NotSent(name + " is not open (expected: open() first)")));
  }

  @Override
  public final Future<List<Measure>> measure() {
    if (data.isEmpty()) {
      return Future.succeededFuture(List.of());
    }
    var held = data.get();
    return EventMeasures.read(held.database(), name)
        .compose(
            events ->
                measure(host.orElseThrow(), held)
                    .map(
                        own -> {
                          var all = new ArrayList<>(events);
                          all.addAll(own);
                          return all;
                        }));
  }

  @Override
  public final Future<Void> close() {
    var held = data;
    var own = events;
    data = Optional.empty();
    events = Optional.empty();
    return own.map(ServiceEvents::close)
        .orElseGet(Future::succeededFuture)
        .eventually(() -> held.map(d -> d.database().close()).orElseGet(Future::succeededFuture));
  }

  /** An instance that lets the service's events be read too. */
  private record WithEvents(Deployable instance, Mesh mesh, String service, ServiceEvents events)
      implements Deployable {
    @Override
    public Future<?> deploy(Context context) throws Exception {
      return instance
          .deploy(context)
          .compose(deployed -> mesh.serve(Event.streamOf(service), events::open));
    }

    @Override
    public Future<?> undeploy(Context context) throws Exception {
      return instance.undeploy(context);
    }
  }
}
