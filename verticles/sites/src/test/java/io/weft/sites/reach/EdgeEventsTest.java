package io.weft.sites.reach;

import static io.weft.sites.reach.TwoSites.await;
import static io.weft.sites.reach.TwoSites.eventually;
import static io.weft.sites.reach.TwoSites.failure;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import io.weft.ledger.EventConsumer;
import io.weft.ledger.EventHandler;
import io.weft.ledger.TestPostgres;
import io.weft.mesh.CallOptions;
import io.weft.mesh.Event;
import io.weft.mesh.EventQuery;
import io.weft.mesh.ItemStream;
import io.weft.mesh.MeshFailure;
import io.weft.mesh.MeshFailure.Application;
import io.weft.mesh.time.Time;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Events of a service of an edge, as the hub reads them: kept at the edge while the link is cut, as
 * many as its log keeps, and what a reader is told that comes back too late.
 */
@Timeout(120)
class EdgeEventsTest {
  private static final String EDGE = "edge-1";

  private final String hubUri = TestPostgres.freshDatabase();
  private final String edgeUri = TestPostgres.freshDatabase();
  private Things atEdge = new Things();
  private final Things atHub = new Things();
  private TwoSites sites;

  @BeforeEach
  void open() throws Exception {
    var exports = new JsonObject().put("cloud", new JsonArray().add("things.events"));
    sites = new TwoSites(exports, Set.of(), Set.of(Things.SERVICE));
    atEdge.start(sites.edge, edgeUri);
    // The hub has a service of that name as well, with a log of its own.
    atHub.start(sites.hub, hubUri);
    TestPostgres.execute(hubUri, "create table things.seen (position bigint)");
    TestPostgres.execute(hubUri, "alter table things.seen owner to weft_things");
    eventually(() -> sites.hub.serves("things.events", EDGE));
  }

  @AfterEach
  void close() throws Exception {
    await(atEdge.close());
    await(atHub.close());
    sites.close();
  }

  private void changes(Things at, int number) throws Exception {
    for (int i = 0; i < number; i++) {
      await(at.change("thing-" + i % 7, "owner", "note"));
    }
  }

  private EventConsumer consumer(EventHandler handler) {
    var consumer =
        new EventConsumer(
            sites.hub.mesh,
            atHub.database(),
            Time.of(sites.hub.vertx),
            "of-the-edge",
            List.of(Things.CHANGED),
            EDGE,
            handler);
    sites.hub.vertx.getOrCreateContext().runOnContext(here -> consumer.start());
    return consumer;
  }

  private static Future<Void> see(SqlConnection tx, Event event) {
    return tx.preparedQuery("insert into seen values ($1)")
        .execute(Tuple.of(event.position()))
        .mapEmpty();
  }

  private String seen() {
    return TestPostgres.query(
        hubUri, "select count(*) || ' of ' || coalesce(max(position), 0) from things.seen");
  }

  private Future<ItemStream<Event>> read(long after) {
    var context = sites.hub.vertx.getOrCreateContext();
    return Future.future(
        opened ->
            context.runOnContext(
                here ->
                    sites
                        .hub
                        .mesh
                        .open(
                            Event.streamOf(Things.SERVICE),
                            EventQuery.after(after),
                            CallOptions.DEFAULT.withSite(EDGE))
                        .onComplete(opened)));
  }

  private long lastPosition() {
    return Long.parseLong(
        TestPostgres.query(edgeUri, "select coalesce(max(position), 0) from things.events"));
  }

  /** Drops what an edge's log would have dropped by now, and what its node has in memory. */
  private void dropUpTo(long position) throws Exception {
    eventually(() -> lastPosition() >= position); // Given out after the change has been made.
    atEdge.stop(sites.edge);
    TestPostgres.execute(edgeUri, "delete from things.events where position <= " + position);
    atEdge = new Things();
    atEdge.start(sites.edge, edgeUri);
  }

  @Test
  void theHubReadsTheEventsOfAnEdgeAndNotItsOwnWhateverIsCut() throws Exception {
    changes(atHub, 5);
    changes(atEdge, 40);
    var consumer = consumer(EdgeEventsTest::see);
    eventually(() -> seen().equals("40 of 40"));
    sites.blink();
    changes(atEdge, 40);
    eventually(() -> seen().equals("80 of 80"));
    sites.cut();
    changes(atEdge, 200);
    eventually(() -> !sites.hub.serves("things.events", EDGE));
    changes(atHub, 5);
    sites.heal();
    eventually(() -> seen().equals("280 of 280"));
    assertEquals(
        "280", TestPostgres.query(hubUri, "select count(distinct position) from things.seen"));
    await(consumer.stop());
  }

  @Test
  void aConsumerOfAnEdgeIsNotTakenForOneOfTheHubsOwnEvents() throws Exception {
    changes(atEdge, 3);
    var consumer = consumer(EdgeEventsTest::see);
    eventually(() -> seen().equals("3 of 3"));
    assertEquals(
        "things@edge-1",
        TestPostgres.query(
            hubUri, "select service from things.positions where consumer = 'of-the-edge'"));
    await(consumer.stop());
  }

  @Test
  void whatWasKeptWhileTheLinkWasCutIsReadAndWhatWasDroppedIsSaidToBeGone() throws Exception {
    changes(atEdge, 20);
    sites.cut();
    dropUpTo(12);
    sites.heal();
    eventually(() -> succeeds(12));
    var gone = failure(Application.class, read(5));
    assertEquals("event.position_gone", gone.code());
    assertEquals("/after", gone.pointer());
    assertTrue(gone.getMessage().contains("expected: at least 12"), gone.getMessage());
    var unknown = failure(Application.class, read(21));
    assertEquals("event.position_unknown", unknown.code());
  }

  private boolean succeeds(long after) {
    try {
      await(read(after)).cancel();
      return true;
    } catch (Exception e) {
      return false; // Not yet: the link has just come back.
    }
  }

  @Test
  void aConsumerThatComesBackTooLateIsToldAndBeginsAnewIfItsHandlerSaysSo() throws Exception {
    changes(atEdge, 10);
    var first = consumer(EdgeEventsTest::see);
    eventually(() -> seen().equals("10 of 10"));
    await(first.stop());
    changes(atEdge, 20);
    dropUpTo(25);
    eventually(() -> succeeds(25));

    var told = new AtomicReference<MeshFailure.Application>();
    var handler =
        new EventHandler() {
          @Override
          public Future<Void> apply(SqlConnection tx, Event event) {
            return see(tx, event);
          }

          @Override
          public Future<Boolean> beginAnew(SqlConnection tx, MeshFailure.Application why) {
            told.set(why);
            return tx.query("delete from seen").execute().map(true);
          }
        };
    var second = consumer(handler);
    eventually(() -> seen().equals("5 of 30"));
    assertEquals("event.position_gone", told.get().code());
    await(second.stop());
  }
}
