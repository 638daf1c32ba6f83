package io.weft.sites.reach;

import static io.weft.sites.reach.TwoSites.await;
import static io.weft.sites.reach.TwoSites.eventually;
import static io.weft.sites.reach.TwoSites.failure;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.core.streams.ReadStream;
import io.weft.mesh.Call;
import io.weft.mesh.Cancellation;
import io.weft.mesh.Deadline;
import io.weft.mesh.Event;
import io.weft.mesh.EventQuery;
import io.weft.mesh.MeshFailure;
import io.weft.mesh.MeshFailure.Application;
import io.weft.mesh.MeshFailure.NotSent;
import io.weft.mesh.MeshFailure.Rejected;
import io.weft.mesh.MeshFailure.Unknown;
import io.weft.mesh.MeshLimits;
import io.weft.mesh.Operation;
import io.weft.mesh.Operation.Kind;
import io.weft.mesh.Origin;
import io.weft.mesh.Payload;
import io.weft.mesh.Reply;
import io.weft.mesh.Request;
import io.weft.mesh.TraceContext;
import io.weft.mesh.policy.Policy;
import io.weft.mesh.wire.FrameWriter;
import io.weft.sites.SitesLimits;
import io.weft.sites.reach.ReachTest.Word;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A site that has proved its name and says what it likes: what it gets, and what it does not. */
@Timeout(90)
class HostilePeerTest {
  private static final Operation<Word, Word> GRANT =
      Operation.command("users.grant", Word.class, Word.class);

  private final AtomicInteger runs = new AtomicInteger();
  private TwoSites sites;

  @BeforeEach
  void open() {
    var exports =
        new JsonObject()
            .put("*", new JsonArray(List.of("words.*", "users.open-escrow", "things.events")));
    sites = new TwoSites(exports, Set.of(), Set.of());
    eventually(() -> sites.edge.part != null && sites.hub.part != null);
  }

  @AfterEach
  void close() throws Exception {
    sites.close();
  }

  private Request request(String operation, Kind kind, String body, String key) {
    return request(operation, kind, body, key, Duration.ofSeconds(20));
  }

  private Request request(String operation, Kind kind, String body, String key, Duration within) {
    return new Request(
        operation,
        kind,
        Payload.of(Buffer.buffer(body)),
        Deadline.after(sites.edge.host.time().ticker(), within),
        key,
        Origin.of(TraceContext.NONE, "users"),
        null,
        Cancellation.NEVER,
        Policy.DEFAULT);
  }

  private Future<Reply> ask(String operation, Kind kind, String body) {
    return sites.overTheLink().take(request(operation, kind, body, "key"));
  }

  private Future<Reply> events(String fields) {
    return ask(
        "link.events", Kind.QUERY, "{\"service\":\"things\",\"reader\":\"r\"," + fields + "}");
  }

  private static void assertForbidden(Future<?> asked) throws Exception {
    assertEquals(Rejected.Reason.FORBIDDEN, failure(Rejected.class, asked).reason());
  }

  private static void assertCode(String code, Future<?> asked) throws Exception {
    assertEquals(code, failure(Application.class, asked).code());
  }

  @Test
  void whatIsNotExportedIsForbiddenWhetherOrNotItIsThere() throws Exception {
    sites.hub.serve(GRANT, word -> Future.succeededFuture(word));
    for (var operation :
        List.of(
            GRANT.name(),
            "users.nothing",
            "node.scale",
            "sites.invite",
            "link.anything",
            "link.renew", // As a hub answers that renews no keys yet.
            "weft.presence",
            "words.SAY",
            "words.a.b",
            "x.y")) {
      assertForbidden(ask(operation, Kind.COMMAND, "{}"));
    }
    failure(NotSent.class, ask("words.nobody", Kind.QUERY, "{}"));
    failure(Rejected.class, ask("words.flow", Kind.STREAM, "{}"));
  }

  @Test
  void bodiesThatAreNoneAreRefused() throws Exception {
    for (var body : List.of("", "{", "[]", "null", "{\"a\":1}", "{\"service\":7}")) {
      assertCode("request.invalid", ask("link.events", Kind.QUERY, body));
    }
    for (var body : List.of("", "{", "[]", "null", "{\"site\":7}")) {
      assertCode("request.invalid", ask("users.open-escrow", Kind.COMMAND, body));
    }
    assertCode("site.foreign", ask("users.open-escrow", Kind.COMMAND, "{\"a\":1}"));
    assertCode("request.invalid", ask("link.offers", Kind.QUERY, "{\"more\":1}"));
    assertCode("request.invalid", ask("link.offers", Kind.COMMAND, "{}"));
  }

  @Test
  void aSiteThatIsNamedTwiceIsNotItself() throws Exception {
    var twice = "{\"site\":\"edge-2\",\"site\":\"edge-1\"}";
    assertCode("request.invalid", ask("users.open-escrow", Kind.COMMAND, twice));
    assertCode("site.foreign", ask("users.open-escrow", Kind.COMMAND, "{\"site\":\"edge-1 \"}"));
  }

  @Test
  void pagesOfEventsAreBounded() throws Exception {
    for (var fields :
        List.of(
            "\"page\":0,\"after\":0,\"most\":100000,\"waitMillis\":0",
            "\"page\":0,\"after\":0,\"most\":-1,\"waitMillis\":0",
            "\"page\":-1,\"after\":0,\"most\":1,\"waitMillis\":0",
            "\"page\":0,\"after\":0,\"most\":1,\"waitMillis\":600000",
            "\"page\":0,\"after\":0,\"most\":1,\"waitMillis\":-1",
            "\"page\":0,\"after\":0,\"most\":1")) {
      assertCode("request.invalid", events(fields));
    }
    var page = "\"page\":0,\"after\":0,\"most\":1,\"waitMillis\":0";
    failure(NotSent.class, events(page)); // Nobody serves them.
    assertForbidden(
        ask("link.events", Kind.QUERY, "{\"service\":\"users\",\"reader\":\"r\"," + page + "}"));
    assertCode(
        "request.invalid",
        ask("link.events", Kind.QUERY, "{\"service\":\"u.x\",\"reader\":\"r\"," + page + "}"));
    failure(Rejected.class, events("\"page\":7,\"most\":1,\"waitMillis\":0")); // Of no open stream.
  }

  @Test
  void streamsOfEventsThatAreOpenAreBoundedAndAreForgotten() throws Exception {
    var open = new AtomicInteger();
    sites.hub.vertx.deployVerticle(
        context ->
            sites.hub.mesh.serve(
                Event.streamOf("things"),
                (EventQuery query) -> {
                  open.incrementAndGet();
                  Call.current().orElseThrow().cancellation().onCancel(open::decrementAndGet);
                  return Future.succeededFuture(new Silence());
                }));
    eventually(() -> sites.hub.serves("things.events", TwoSites.SELF));
    var asked = new ArrayList<Future<Reply>>();
    for (int i = 0; i <= SitesLimits.EVENT_READERS_MAX; i++) {
      asked.add(
          ask(
              "link.events",
              Kind.QUERY,
              "{\"service\":\"things\",\"reader\":\"r"
                  + i
                  + "\",\"page\":0,\"most\":1,\"waitMillis\":0}"));
    }
    int refused = 0;
    for (var each : asked) {
      if (await(each.<Boolean>transform(done -> Future.succeededFuture(done.failed())))) {
        assertEquals(Rejected.Reason.OVERLOADED, failure(Rejected.class, each).reason());
        refused++;
      }
    }
    assertEquals(1, refused);
    assertEquals(SitesLimits.EVENT_READERS_MAX, open.get());
    eventually(() -> open.get() == 0); // Nobody asks for more of them.
  }

  /** A stream of events on which nothing happens. */
  private static final class Silence implements ReadStream<Event> {
    @Override
    public Silence exceptionHandler(Handler<Throwable> handler) {
      return this;
    }

    @Override
    public Silence handler(Handler<Event> handler) {
      return this;
    }

    @Override
    public Silence pause() {
      return this;
    }

    @Override
    public Silence resume() {
      return this;
    }

    @Override
    public Silence fetch(long amount) {
      return this;
    }

    @Override
    public Silence endHandler(Handler<Void> endHandler) {
      return this;
    }
  }

  @Test
  void aFloodIsRefusedPastItsBoundAndWhoeverElseCallsIsServed() throws Exception {
    Promise<Word> later = Promise.promise();
    sites.hub.serve(
        ReachTest.SAY,
        word -> {
          runs.incrementAndGet();
          return later.future();
        });
    sites.hub.serve(ReachTest.BURN, Future::succeededFuture);
    var flood = new ArrayList<Future<Reply>>();
    for (int i = 0; i < 3 * MeshLimits.LINK_CALLS_MAX; i++) {
      flood.add(ask(ReachTest.SAY.name(), Kind.QUERY, "{\"text\":\"a\"}"));
    }
    assertEquals("hello", await(sites.hub.mesh.call(ReachTest.BURN, ReachTest.HELLO)).text());
    assertTrue(runs.get() <= MeshLimits.LINK_CALLS_MAX, "runs: " + runs);
    assertTrue(sites.hub.onLoop(() -> sites.hub.part.calls.serving()) <= MeshLimits.LINK_CALLS_MAX);
    later.complete(new Word("done"));
    for (var each : flood) {
      await(each.<Boolean>transform(done -> Future.succeededFuture(done.succeeded())));
    }
    assertEquals(0, sites.hub.onLoop(() -> sites.hub.part.calls.serving()));
  }

  /** Sends a request past what a site's own calls would allow. */
  private void raw(long id, String body) throws Exception {
    var writer = new FrameWriter(FrameWriter.header("edge-1", "-", 0, "-"));
    var asked = request(ReachTest.SAY.name(), Kind.QUERY, body, "");
    writer.request(id, "-", asked, asked.payload().bytes());
    var frame = Buffer.buffer().appendBytes(writer.bytes(), 0, writer.size());
    sites.edge.onLoop(() -> sites.edge.part.session.offer(frame));
  }

  @Test
  void callsThatAllHaveOneNumberAreOneCall() throws Exception {
    Promise<Word> later = Promise.promise();
    sites.hub.serve(
        ReachTest.SAY,
        word -> {
          runs.incrementAndGet();
          return later.future();
        });
    for (int i = 0; i < 50; i++) {
      raw(Long.MAX_VALUE, "{\"text\":\"a\"}");
    }
    eventually(() -> runs.get() > 0);
    raw(1, "{\"text\":\"the last\"}");
    eventually(() -> runs.get() > 1);
    assertEquals(2, runs.get());
    later.complete(new Word("done"));
    eventually(() -> sites.hub.onLoop(() -> sites.hub.part.calls.serving()) == 0);
  }

  @Test
  void longRequestsThatRunAreBoundedByTheirBytesAndAreFreedWhenTheyEnd() throws Exception {
    Promise<Word> later = Promise.promise();
    sites.hub.serve(ReachTest.SAY, word -> later.future());
    var text = "a".repeat(MeshLimits.LINK_MESSAGE_MAX_BYTES / 2);
    var body = "{\"text\":\"" + text + "\"}"; // Which is a few hundred bytes on the way.
    int fits = MeshLimits.LINK_RUNNING_MAX_BYTES / body.length();
    var asked = new ArrayList<Future<Reply>>();
    for (int i = 0; i < fits + 10; i++) {
      asked.add(ask(ReachTest.SAY.name(), Kind.QUERY, body));
    }
    for (var refused : asked.subList(fits, asked.size())) {
      assertEquals(Rejected.Reason.OVERLOADED, failure(Rejected.class, refused).reason());
    }
    assertEquals(fits, sites.hub.onLoop(() -> sites.hub.part.calls.serving()));
    later.complete(new Word("done"));
    for (var served : asked.subList(0, fits)) {
      await(served);
    }
    await(ask(ReachTest.SAY.name(), Kind.QUERY, body));
  }

  @Test
  void whatIsOfferedIsBelievedOnlyAsFarAsItMakesSense() throws Exception {
    var offered = new AtomicReference<>("{}");
    var host = sites.edge.host;
    var part = sites.edge.part;
    // The hub is the hostile one: what it offers is what it serves, so names are made up here.
    var verticle =
        new StandIn(
            host.mesh(),
            host.time(),
            request -> Future.succeededFuture(Reply.of(Buffer.buffer(offered.get()))),
            new LinkOperations.OfferedService("things", "1", List.of("things.events")));
    await(sites.edge.vertx.deployVerticle(verticle));
    assertTrue(part.session.connected());
    for (var page :
        List.of(
            "{}",
            "{\"events\":{}}",
            "{\"events\":[1]}",
            "{\"events\":[" + event(5) + "," + event(5) + "]}",
            "{\"events\":[" + event(2) + "," + event(1) + "]}",
            "{\"events\":[" + event(-1) + "]}",
            "{\"events\":[" + event(1).replace("things.changed", "users.changed") + "]}",
            "{\"events\":[" + event(1) + "]}x",
            "{\"events\":[" + event(1) + "]")) {
      offered.set(page);
      var opened = sites.edge.mesh.open(Event.streamOf("things"), EventQuery.after(0));
      var met = failure(MeshFailure.class, opened);
      assertTrue(met instanceof Unknown || met instanceof Application, page + ": " + met);
    }
  }

  private static String event(long position) {
    return """
        {"position":%d,"topic":"things.changed","aggregate":"a","owner":"o","at":"%s","body":{}}"""
        .formatted(position, Instant.EPOCH);
  }

  @Test
  void aKeyThatNoCallerCouldHaveRunsNothingAndEndsNothing() throws Exception {
    sites.hub.serve(
        ReachTest.KEEP,
        word -> {
          runs.incrementAndGet();
          return Future.succeededFuture(word);
        });
    var key = "k".repeat(MeshLimits.KEY_MAX_CHARS + 1);
    var body = "{\"text\":\"a\"}";
    var within = Duration.ofMillis(500);
    var asked = sites.overTheLink().take(request("words.keep", Kind.COMMAND, body, key, within));
    failure(Unknown.class, asked);
    assertEquals(0, runs.get());
    await(sites.overTheLink().take(request("words.keep", Kind.COMMAND, body, "k", within)));
    assertEquals(1, runs.get());
  }
}
