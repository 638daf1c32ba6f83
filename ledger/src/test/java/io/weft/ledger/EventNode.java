package io.weft.ledger;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.vertx.core.Context;
import io.vertx.core.Deployable;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import io.weft.mesh.Event;
import io.weft.mesh.EventQuery;
import io.weft.mesh.ItemStream;
import io.weft.mesh.Mesh;
import io.weft.mesh.MeshFailure;
import io.weft.mesh.Topic;
import io.weft.mesh.bus.BusMesh;
import io.weft.mesh.time.Time;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** One node's part in the events of the service {@code things}, with a Vert.x of its own. */
final class EventNode implements AutoCloseable {
  static final Topic<Change> CHANGED = Topic.of("things.changed", Change.class);
  static final Topic<Change> BROKEN = Topic.of("things.broken", Change.class);

  final Vertx vertx = Vertx.vertx();
  final Time time = Time.of(vertx);
  final Mesh mesh = BusMesh.local(vertx);
  final Database database;
  final ServiceEvents events;
  final Outbox outbox;

  /** What happened to a thing: its version ascends. */
  record Change(String thing, long version) {}

  EventNode(String uri) {
    database = Database.open(vertx, time, uri, "things", 8);
    events =
        new ServiceEvents(
            vertx, database, time, "things", new EventBound(Duration.ofHours(1), 1L << 40));
    outbox = new Outbox("things", List.of(CHANGED, BROKEN), events::committed);
  }

  /** Migrates a fresh database, in which each thing has a version. */
  static String database() {
    String uri = TestPostgres.freshDatabase();
    Migrations.migrate(uri, "things");
    TestPostgres.execute(uri, "alter table things.things add version bigint not null default 0");
    return uri;
  }

  static void empty(String uri) {
    TestPostgres.execute(uri, "truncate things.things, things.outbox, things.events");
    TestPostgres.execute(uri, "truncate things.positions");
    TestPostgres.execute(uri, "update things.events_end set position = 0, bytes = 0");
  }

  EventNode start() throws Exception {
    await(events.start());
    await(vertx.deployVerticle(serving()));
    return this;
  }

  private Deployable serving() {
    return new VerticleBase() {
      @Override
      public Future<?> start() {
        return mesh.serve(Event.streamOf("things"), events::open);
      }
    };
  }

  /** Changes a thing, and tells of it, in one transaction. */
  Future<Long> change(String thing) {
    return change(thing, "somebody", version -> Future.succeededFuture());
  }

  Future<Long> change(String thing, String owner, Function<Long, Future<Void>> then) {
    return database.withTransaction(tx -> change(tx, thing, owner, then));
  }

  private Future<Long> change(
      SqlConnection tx, String thing, String owner, Function<Long, Future<Void>> then) {
    return tx.preparedQuery(
            """
            insert into things (name, version) values ($1, 1)
            on conflict (name) do update set version = things.version + 1 returning version
            """)
        .execute(Tuple.of(thing))
        .compose(
            rows -> {
              long version = rows.iterator().next().getLong("version");
              return outbox
                  .add(tx, CHANGED, thing, owner, new Change(thing, version))
                  .compose(added -> then.apply(version))
                  .map(done -> version);
            });
  }

  Reader read(EventQuery query) throws Exception {
    return read(query, Long.MAX_VALUE);
  }

  /** Opens a stream of which so many events are wanted at first. */
  Reader read(EventQuery query, long wanted) throws Exception {
    var context = vertx.getOrCreateContext();
    return await(
        Future.future(
            ready ->
                context.runOnContext(
                    here ->
                        events
                            .open(query)
                            .map(stream -> new Reader(context, stream, wanted))
                            .onComplete(ready))));
  }

  @Override
  public void close() throws Exception {
    await(events.close());
    await(database.close());
    await(vertx.close());
  }

  static <T> T await(Future<T> future) throws Exception {
    return future.toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
  }

  static MeshFailure.Application refusalOf(Future<?> future) throws Exception {
    return assertInstanceOf(MeshFailure.Application.class, failureOf(future));
  }

  static Throwable failureOf(Future<?> future) throws Exception {
    return await(
        future.<Throwable>transform(
            done ->
                done.succeeded()
                    ? Future.failedFuture("succeeded, and was expected to fail")
                    : Future.succeededFuture(done.cause())));
  }

  /** Somebody who reads a stream and keeps what came. */
  static final class Reader {
    private final Context context;
    private final ItemStream<Event> stream;
    private final BlockingQueue<Object> came = new LinkedBlockingQueue<>();

    private Reader(Context context, ItemStream<Event> stream, long wanted) {
      this.context = context;
      this.stream = stream;
      stream.pause();
      stream.exceptionHandler(came::add);
      stream.handler(came::add);
      stream.fetch(wanted);
    }

    void fetch(long wanted) throws Exception {
      onContext(() -> stream.fetch(wanted));
    }

    void cancel() throws Exception {
      onContext(stream::cancel);
    }

    private void onContext(Runnable step) throws Exception {
      Promise<Void> done = Promise.promise();
      context.runOnContext(
          here -> {
            step.run();
            done.complete();
          });
      await(done.future());
    }

    Event next() throws Exception {
      return assertInstanceOf(Event.class, came.poll(30, TimeUnit.SECONDS));
    }

    List<Event> next(int count) throws Exception {
      var events = new ArrayList<Event>();
      for (int i = 0; i < count; i++) {
        events.add(next());
      }
      return events;
    }

    /** Returns the next event, or the failure that ended the stream. */
    Object any() throws Exception {
      return requireNonNull(came.poll(30, TimeUnit.SECONDS), "nothing came");
    }

    void assertNothingMore() {
      assertEquals(List.of(), List.copyOf(came));
    }
  }
}
