package io.weft.mesh.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.weft.mesh.Cancellation;
import io.weft.mesh.Deadline;
import io.weft.mesh.MeshFailure.Application;
import io.weft.mesh.MeshFailure.Expired;
import io.weft.mesh.MeshFailure.NotSent;
import io.weft.mesh.MeshFailure.Rejected;
import io.weft.mesh.MeshFailure.Unknown;
import io.weft.mesh.MeshLimits;
import io.weft.mesh.Operation.Kind;
import io.weft.mesh.Origin;
import io.weft.mesh.Payload;
import io.weft.mesh.Reply;
import io.weft.mesh.Request;
import io.weft.mesh.Step;
import io.weft.mesh.TraceContext;
import io.weft.mesh.policy.Policy;
import io.weft.mesh.time.VirtualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Calls over a link in virtual time: what they answer, and what they fail with. */
class LinkCallsTest {
  private final VirtualTime time = new VirtualTime(1);
  private final MemoryEnrolments enrolments = new MemoryEnrolments();
  private final SimWires wires = new SimWires(time);
  private final List<Request> asked = new ArrayList<>();
  private final List<LinkCalls> atEdge = new ArrayList<>();
  private final List<LinkCalls> atHub = new ArrayList<>();
  private Step handler = request -> Future.succeededFuture(reply("done"));
  private EdgeLink edge;

  @BeforeEach
  void link() {
    enrolments.enrol(Keys.EDGE);
    startHub();
    edge =
        new EdgeLink(
            time.time(),
            wires::soon,
            wires,
            Keys.EDGE,
            Keys.HUB.key().shown(),
            1,
            session -> kept(atEdge, session, "edge-1", LinkCallsTest::nothing),
            state -> {});
    edge.start();
    time.advance(Duration.ofSeconds(1));
  }

  private static Future<Reply> nothing(Request request) {
    return Future.failedFuture(new NotSent("nobody serves " + request.operation()));
  }

  private void startHub() {
    wires.to(
        new HubLinks(
            time.time(),
            wires::soon,
            Keys.HUB,
            enrolments,
            new MemoryInvitations(enrolments),
            session -> kept(atHub, session, "cloud", this::serve)));
  }

  private Future<Reply> serve(Request request) {
    asked.add(request);
    return handler.take(request);
  }

  private LinkCalls kept(List<LinkCalls> at, LinkSession session, String self, Step serving) {
    var calls = new LinkCalls(session, self, time.time(), serving);
    at.add(calls);
    return calls;
  }

  private LinkCalls calls() {
    return atEdge.get(atEdge.size() - 1);
  }

  private static Reply reply(String text) {
    return Reply.of(Buffer.buffer(text));
  }

  private Request request(Kind kind, Buffer body, Duration within, Cancellation cancellation) {
    var origin = Origin.of(new TraceContext(1, 2, 3, (byte) 1), "orders");
    return new Request(
        "users.reserve",
        kind,
        Payload.of(body),
        Deadline.after(time, within),
        "key-1",
        origin,
        null,
        cancellation,
        Policy.DEFAULT);
  }

  private Future<Reply> call(Duration within) {
    return calls().take(request(Kind.COMMAND, Buffer.buffer("{}"), within, Cancellation.NEVER));
  }

  @Test
  void anAnswerTakesTheRoundTripOfTheLinkAndNothingElse() {
    var answer = call(Duration.ofSeconds(2));
    time.advance(SimWires.DELAY.multipliedBy(2));

    assertEquals("done", answer.result().body().toString());
    var request = asked.get(0);
    assertEquals("users.reserve", request.operation());
    assertEquals("key-1", request.key());
    assertEquals("orders", request.caller());
    // Time on the way is not taken off it.
    assertEquals(Duration.ofMillis(1_990), request.deadline().remaining());
    assertEquals(0, calls().waiting());
  }

  @Test
  void failuresCrossAsTheyAre() {
    handler = request -> Future.failedFuture(new Application("user.not_found", "nobody"));
    var application = call(Duration.ofSeconds(2));
    time.advance(Duration.ofMillis(100));
    assertEquals("user.not_found", assertInstanceOf(Application.class, application.cause()).code());

    handler = request -> Future.failedFuture(new IllegalStateException("a bug"));
    var bug = call(Duration.ofSeconds(2));
    time.advance(Duration.ofMillis(100));
    assertInstanceOf(Unknown.class, bug.cause());

    var stream =
        calls()
            .take(request(Kind.STREAM, Buffer.buffer(), Duration.ofSeconds(1), Cancellation.NEVER));
    time.advance(Duration.ofMillis(100));
    assertInstanceOf(Rejected.class, stream.cause());
  }

  @Test
  void aCutThatHealsInTimeIsOnlyWaitedFor() {
    Promise<Reply> later = Promise.promise();
    handler = request -> later.future();
    var answer = call(Duration.ofSeconds(8));
    time.advance(Duration.ofMillis(15));
    wires.last().cut(Duration.ZERO, Duration.ZERO);
    time.advance(Duration.ofMillis(1));
    assertInstanceOf(NotSent.class, call(Duration.ofSeconds(2)).cause());
    later.complete(reply("while it was cut"));
    time.advance(Duration.ofSeconds(2));

    assertEquals("while it was cut", answer.result().body().toString());
    assertEquals(1, asked.size());
  }

  @Test
  void aCallWithoutAnAnswerIsUnknownAtItsDeadlineAndItsServerIsTold() {
    handler = request -> Promise.<Reply>promise().future();
    var answer = call(Duration.ofMillis(500));
    time.advance(Duration.ofMillis(499));
    assertFalse(answer.isComplete());
    assertFalse(asked.get(0).cancellation().cancelled());
    time.advance(Duration.ofMillis(50));
    assertInstanceOf(Unknown.class, answer.cause());
    assertTrue(asked.get(0).cancellation().cancelled());
    assertEquals(0, calls().waiting());
    assertEquals(0, atHub.get(0).serving());
  }

  @Test
  void aCallThatItsCallerGivesUpIsTakenBack() {
    handler = request -> Promise.<Reply>promise().future();
    var cancellation = new Cancellation();
    var body = Buffer.buffer("{}");
    var answer = calls().take(request(Kind.QUERY, body, Duration.ofSeconds(5), cancellation));
    time.advance(Duration.ofMillis(50));
    cancellation.cancel();
    assertInstanceOf(Unknown.class, answer.cause());
    time.advance(Duration.ofMillis(50));
    assertTrue(asked.get(0).cancellation().cancelled());
    var useless = calls().take(request(Kind.QUERY, body, Duration.ofSeconds(5), cancellation));
    assertInstanceOf(Expired.class, useless.cause());
  }

  @Test
  void whenTheSessionEndsWhatWasSentIsUnknownAndWhatWasNotIsNotSent() {
    handler = request -> Promise.<Reply>promise().future();
    var sent = call(Duration.ofSeconds(60));
    time.advance(Duration.ofMillis(100));
    var unsent = call(Duration.ofSeconds(60)); // Its batch leaves at the end of this turn.
    edge.stop();

    assertInstanceOf(Unknown.class, sent.cause());
    assertInstanceOf(NotSent.class, unsent.cause());
    time.advance(Duration.ofMillis(100));
    assertTrue(asked.get(0).cancellation().cancelled());
    assertEquals(1, asked.size());
    assertInstanceOf(NotSent.class, call(Duration.ofSeconds(1)).cause());
  }

  @Test
  void aHubThatRestartsLeavesWhatItWasAskedUnknown() {
    handler = request -> Promise.<Reply>promise().future();
    var sent = call(Duration.ofSeconds(60));
    time.advance(Duration.ofMillis(100));
    startHub();
    wires.last().cut(Duration.ZERO, null);
    time.advance(Duration.ofSeconds(2));
    assertInstanceOf(Unknown.class, sent.cause());
    assertEquals(2, atEdge.size());
    handler = request -> Future.succeededFuture(reply("again"));
    var again = call(Duration.ofSeconds(1));
    time.advance(Duration.ofMillis(100));
    assertEquals("again", again.result().body().toString());
  }

  @Test
  void whatDoesNotFitIsRefusedBeforeItIsSentAndAnAnswerThatDoesNotIsUnknown() {
    var large = Buffer.buffer(new byte[MeshLimits.LINK_MESSAGE_MAX_BYTES]);
    var refused =
        calls().take(request(Kind.QUERY, large, Duration.ofSeconds(1), Cancellation.NEVER));
    assertInstanceOf(NotSent.class, refused.cause());

    handler = request -> Future.succeededFuture(Reply.of(large));
    var answer = call(Duration.ofSeconds(1));
    time.advance(Duration.ofMillis(100));
    assertInstanceOf(Unknown.class, answer.cause());
    assertTrue(answer.cause().getMessage().contains("limit"), answer.cause().getMessage());
  }

  @Test
  void callsThatWaitAreBoundedAndLeaveRoomForAnswers() {
    handler = request -> Promise.<Reply>promise().future();
    for (int i = 0; i < MeshLimits.LINK_CALLS_MAX; i++) {
      assertFalse(call(Duration.ofSeconds(5)).isComplete());
      if (i % 100 == 0) {
        time.advance(Duration.ofMillis(1));
      }
    }
    assertInstanceOf(NotSent.class, call(Duration.ofSeconds(5)).cause());
    time.advance(Duration.ofSeconds(6));
    assertEquals(0, calls().waiting());
    assertEquals(0, atHub.get(0).serving());

    wires.last().stall();
    var body = incompressible();
    Future<Reply> last = Future.succeededFuture();
    for (int i = 0; i < 100 && !last.failed(); i++) {
      last = calls().take(request(Kind.QUERY, body, Duration.ofSeconds(5), Cancellation.NEVER));
    }
    assertInstanceOf(NotSent.class, last.cause());
  }

  private Buffer incompressible() {
    var body = Buffer.buffer();
    for (int i = 0; i < 8_192; i++) {
      body.appendLong(time.time().rng().nextLong());
    }
    return body;
  }
}
