package io.weft.mesh.bus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.weft.mesh.Deadline;
import io.weft.mesh.MeshFailure;
import io.weft.mesh.MeshFailure.Application;
import io.weft.mesh.MeshFailure.Expired;
import io.weft.mesh.MeshFailure.NotSent;
import io.weft.mesh.MeshFailure.Rejected;
import io.weft.mesh.MeshFailure.Unknown;
import io.weft.mesh.Operation.Kind;
import io.weft.mesh.Reply;
import io.weft.mesh.Request;
import io.weft.mesh.discovery.Endpoint;
import io.weft.mesh.time.VirtualTime;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Requests and replies there and back again. */
class EnvelopeTest {
  private final VirtualTime time = new VirtualTime(1);
  private final Endpoint endpoint =
      new Endpoint("id", "n1", "inc", "users-1", "users", "s", "z", 2, List.of("users.get"));

  @Test
  void aRequestArrivesAsItLeftWithItsDeadlineAsRemainingTime() {
    var sent =
        new Request(
            "users.get",
            Kind.COMMAND,
            Buffer.buffer("{}"),
            Deadline.after(time, Duration.ofMillis(750)),
            "key",
            "trace",
            "orders",
            null);
    var headers = Envelope.request(7, "n2", 3, endpoint, sent).getHeaders();
    time.advance(Duration.ofHours(5)); // The receiver's clock reads something else altogether.

    var arrived =
        assertInstanceOf(
            Envelope.ArrivedRequest.class, Envelope.read(headers, Buffer.buffer("{}"), time));

    assertEquals(7, arrived.id());
    assertEquals("n2", arrived.replyNode());
    assertEquals(3, arrived.replyLane());
    assertEquals("inc", arrived.incarnation());
    assertEquals("users-1", arrived.instance());
    assertEquals(Duration.ofMillis(750), arrived.request().deadline().remaining());
    assertEquals("key", arrived.request().key());
    assertEquals(Kind.COMMAND, arrived.request().kind());
    assertEquals("orders", arrived.request().caller());
  }

  @Test
  void aReplyArrivesWithItsMark() {
    var headers = Envelope.reply(9, new Reply(Buffer.buffer("x"), true)).getHeaders();

    var arrived =
        assertInstanceOf(
            Envelope.ArrivedReply.class, Envelope.read(headers, Buffer.buffer("x"), time));

    assertEquals(9, arrived.id());
    assertEquals(new Reply(Buffer.buffer("x"), true), arrived.reply());
  }

  @Test
  void everyFailureArrivesAsTheTypeThatLeft() {
    for (var failure :
        List.of(
            new NotSent("a"),
            new Expired("b"),
            new Unknown("c"),
            new Application("code", "d", "/x"),
            new Rejected(Rejected.Reason.DRAINING, "e", Duration.ofMillis(1_500)))) {
      var arrived = failure(failure);
      assertEquals(failure.getClass(), arrived.getClass());
      assertEquals(failure.getMessage(), arrived.getMessage());
    }
    var rejected =
        (Rejected) failure(new Rejected(Rejected.Reason.DRAINING, "e", Duration.ofMillis(1_500)));
    assertEquals(Rejected.Reason.DRAINING, rejected.reason());
    assertEquals(Duration.ofMillis(1_500), rejected.retryAfter());
  }

  @Test
  void aFailureOfAKindThatIsNotKnownHereIsUnknown() {
    var headers = Envelope.failure(1, new NotSent("a")).getHeaders();
    headers.set("fail", "FromTheFuture");

    var arrived = (Envelope.ArrivedReply) Envelope.read(headers, Buffer.buffer(), time);

    assertInstanceOf(Unknown.class, arrived.failure());
  }

  @Test
  void whatIsNotOursIsRefusedWithTheHeaderAtFault() {
    for (var headers :
        List.of(
            headers(),
            headers("t", "x"),
            headers("t", "q"),
            headers("t", "r", "id", "seven"),
            headers("t", "q", "id", "1", "rem", "-"))) {
      assertThrows(
          IllegalArgumentException.class, () -> Envelope.read(headers, Buffer.buffer(), time));
    }
  }

  private MeshFailure failure(MeshFailure failure) {
    var headers = Envelope.failure(1, failure).getHeaders();
    return ((Envelope.ArrivedReply) Envelope.read(headers, Buffer.buffer(), time)).failure();
  }

  private static MultiMap headers(String... pairs) {
    var headers = MultiMap.caseInsensitiveMultiMap();
    for (int i = 0; i < pairs.length; i += 2) {
      headers.add(pairs[i], pairs[i + 1]);
    }
    return headers;
  }
}
