package io.weft.routing.upstream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.vertx.core.buffer.Buffer;
import io.weft.mesh.MeshFailure.Application;
import io.weft.routing.api.BodyRest;
import io.weft.routing.api.HeaderField;
import io.weft.routing.api.Upstream;
import io.weft.routing.api.UpstreamReply;
import io.weft.routing.api.UpstreamRequest;
import java.util.List;
import org.junit.jupiter.api.Test;

/** HTTP messages as bytes, between nodes. */
class MessageTest {
  private static final BodyRest REST = new BodyRest("n1", "reports.body-7f", "id", 1L << 40);
  private static final List<HeaderField> FIELDS =
      List.of(new HeaderField("A", "ä"), new HeaderField("A", ""));

  @Test
  void aMessageComesBackAsItWas() {
    var codec = Upstream.write("reports");
    var request =
        new UpstreamRequest("POST", "/x?y", FIELDS, Buffer.buffer(new byte[] {0, -1}), REST);
    assertEquals(request, codec.request().decode(codec.request().encode(request)));
    var reply = new UpstreamReply(404, FIELDS, Buffer.buffer("no"), null);
    assertEquals(reply, codec.reply().decode(codec.reply().encode(reply)));
  }

  @Test
  void whatIsCutOffOrChangedIsRefused() {
    var codec = Upstream.write("reports").request();
    var bytes =
        codec.encode(new UpstreamRequest("POST", "/x", FIELDS, Buffer.buffer("body"), REST));
    for (int length = 0; length < bytes.length(); length++) {
      var cut = bytes.getBuffer(0, length);
      assertThrows(Application.class, () -> codec.decode(cut));
    }
    for (int at = 0; at < bytes.length(); at++) {
      var changed = bytes.copy().setByte(at, (byte) 0xff);
      try {
        codec.decode(changed);
      } catch (Application refused) {
        assertEquals("request.invalid", refused.code());
      }
    }
  }

  @Test
  void aTicketOpensBodiesOnly() {
    assertThrows(Application.class, () -> new BodyRest("n1", "orders.events", "id", 1));
  }
}
