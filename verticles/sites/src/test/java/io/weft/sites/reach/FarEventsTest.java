package io.weft.sites.reach;

import static io.weft.sites.reach.TwoSites.await;
import static io.weft.sites.reach.TwoSites.eventually;
import static io.weft.sites.reach.TwoSites.failure;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import io.weft.ledger.EventConsumer;
import io.weft.ledger.TestPostgres;
import io.weft.mesh.Event;
import io.weft.mesh.EventQuery;
import io.weft.mesh.ItemStream;
import io.weft.mesh.MeshFailure.Application;
import io.weft.mesh.Topic;
import io.weft.mesh.bus.BusMesh;
import io.weft.mesh.time.Time;
import io.weft.sites.SitesLimits;
import io.weft.sites.reach.Things.Change;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Events of a service of the hub, as they are read at the edge; both with a real database. */
@Timeout(120)
class FarEventsTest {
  private static final Topic<Change> CHANGED = Things.CHANGED;
  private static final String SERVICE = Things.SERVICE;

  private final String hubUri = TestPostgres.freshDatabase();
  private final String edgeUri = TestPostgres.freshDatabase();
  private final Things things = new Things();
  private final BlockingQueue<Object> came = new LinkedBlockingQueue<>();
  private TwoSites sites;

  @BeforeEach
  void open() throws Exception {
    var exports = new JsonObject().put("edge-1", new JsonArray().add("things.events"));
    sites = new TwoSites(exports, Set.of(SERVICE), Set.of());
    things.start(sites.hub, hubUri);
    eventually(() -> sites.edge.serves("things.events", "hub"));
  }

  @AfterEach
  void close() throws Exception {
    await(things.close());
    sites.close();
  }

  private void changes(int number) throws Exception {
    for (int i = 0; i < number; i++) {
      await(things.change("thing-" + i % 7, "owner-" + i % 3, "note"));
    }
  }

  /** Reads at the edge; what comes, and the failure at last, is kept. */
  private ItemStream<Event> read(EventQuery query) throws Exception {
    Context context = sites.edge.vertx.getOrCreateContext();
    return await(
        Future.<ItemStream<Event>>future(
            opened ->
                context.runOnContext(
                    here ->
                        sites
                            .edge
                            .mesh
                            .open(Event.streamOf(SERVICE), query)
                            .map(stream -> stream.exceptionHandler(came::add).handler(came::add))
                            .map(stream -> (ItemStream<Event>) stream)
                            .onComplete(opened))));
  }

  private List<Event> next(int count) throws Exception {
    var events = new ArrayList<Event>();
    for (int i = 0; i < count; i++) {
      events.add(assertInstanceOf(Event.class, came.poll(30, TimeUnit.SECONDS)));
    }
    return events;
  }

  private static List<Long> positions(List<Event> events) {
    return events.stream().map(Event::position).toList();
  }

  private static List<Long> oneTo(long last) {
    return LongStream.rangeClosed(1, last).boxed().toList();
  }

  @Test
  void eventsComeInTheirOrderThoseThatWereThereAndThenThoseThatHappen() throws Exception {
    changes(300); // More than a page.
    read(EventQuery.after(0));
    assertEquals(oneTo(300), positions(next(300)));

    await(things.change("last", "owner", "näïve \"note\""));
    var event = next(1).get(0);
    assertEquals("last", event.aggregate());
    assertEquals("owner", event.owner());
    assertEquals(new Change("last", "näïve \"note\""), event.as(CHANGED));
  }

  @Test
  void onlyWhatIsWantedCrossesAndOnlyWhatIsNewIfThatIs() throws Exception {
    changes(10);
    read(new EventQuery(null, List.of(), "wanted", null));
    changes(10);
    await(things.change("wanted", "owner", "note"));
    assertEquals(List.of(21L), positions(next(1)));
    assertEquals(List.of(), List.copyOf(came));
  }

  @Test
  void longEventsTravelInSeveralPages() throws Exception {
    var note = "x".repeat(50_000);
    for (int i = 0; i < 8; i++) {
      await(things.change("thing", "owner", note + i));
    }
    read(EventQuery.after(0));
    var events = next(8);
    assertEquals(oneTo(8), positions(events));
    assertEquals(note + 7, events.get(7).as(CHANGED).note());
  }

  @Test
  void positionsThatThereAreNotAreRefusedAsTheLogRefusesThem() throws Exception {
    changes(3);
    var query = EventQuery.after(99);
    var refused = sites.edge.mesh.open(Event.streamOf(SERVICE), query);
    assertEquals("event.position_unknown", failure(Application.class, refused).code());
  }

  @Test
  void aStreamThatIsNotReadAnyMoreIsClosedThere() throws Exception {
    var stream = read(EventQuery.after(0));
    changes(1);
    next(1);
    stream.cancel();
    eventually(() -> gaugeOfStreams() == 0);
  }

  private int gaugeOfStreams() {
    return ((BusMesh) sites.hub.mesh)
        .gauges().instances().stream().mapToInt(each -> each.streams()).sum();
  }

  @Test
  void aReaderWhoStopsReadingHoldsThereNoMoreThanAPage() throws Exception {
    changes(600);
    var stream = read(EventQuery.after(0));
    stream.pause();
    int before = came.size();
    changes(10);
    assertTrue(came.size() <= before + SitesLimits.EVENTS_PAGE_MAX + 128, "came: " + came.size());
    stream.resume();
    assertEquals(oneTo(610), positions(next(610)));
  }

  @Test
  void aConsumerAtTheEdgeMissesNothingAndAppliesNothingTwiceWhateverIsCut() throws Exception {
    var vertx = sites.edge.vertx;
    var copy = new Things(); // Not served there: it has the tables of the copy, and the pool.
    await(copy.open(Things.host(sites.edge, edgeUri)));
    copy.instance(Things.host(sites.edge, edgeUri));
    TestPostgres.execute(edgeUri, "create table things.seen (position bigint)");
    TestPostgres.execute(edgeUri, "alter table things.seen owner to weft_things");
    var consumer =
        new EventConsumer(
            sites.edge.mesh, copy.database(), Time.of(vertx), "copy", List.of(CHANGED), this::see);
    vertx.getOrCreateContext().runOnContext(here -> consumer.start());

    changes(40);
    sites.blink();
    changes(40);
    eventually(() -> seen().equals("80"));
    sites.cut();
    changes(40);
    eventually(() -> !sites.edge.serves("things.events", "hub"));
    changes(40);
    sites.heal();
    eventually(() -> seen().equals("160"));
    changes(10);
    eventually(() -> seen().equals("170"));

    assertEquals("170", query("select count(distinct position) from things.seen"));
    await(consumer.stop());
    await(copy.close());
  }

  private Future<Void> see(SqlConnection tx, Event event) {
    return tx.preparedQuery("insert into seen values ($1)")
        .execute(Tuple.of(event.position()))
        .mapEmpty();
  }

  private String seen() {
    return query("select count(*) from things.seen");
  }

  private String query(String sql) {
    return TestPostgres.query(edgeUri, sql);
  }
}
