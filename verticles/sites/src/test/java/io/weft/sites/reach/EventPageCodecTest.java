package io.weft.sites.reach;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.vertx.core.buffer.Buffer;
import io.weft.mesh.Event;
import io.weft.mesh.MeshFailure.Application;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Pages of events as they cross a link. */
class EventPageCodecTest {
  private static final EventPageCodec CODEC = EventPageCodec.INSTANCE;

  @Test
  void aPageComesBackAsItWasAndWhatALaterReleaseAddsIsPassedOver() {
    var event =
        new Event(1, "things.changed", "a", "o", Instant.EPOCH, Buffer.buffer("{\"text\":\"é\"}"));
    var page = new EventPage(List.of(event));
    assertEquals(page, CODEC.decode(CODEC.encode(page)));
    var later = CODEC.encode(page).toString().replaceFirst("\\{", "{\"more\":[1],");
    assertEquals(page, CODEC.decode(Buffer.buffer(later)));
  }

  @Test
  void aBodyThatIsNoUtf8IsRefusedAsItWouldBeHandedOn() {
    var event = new Event(1, "things.changed", "a", "o", Instant.EPOCH, Buffer.buffer("{\"a\":1}"));
    var bytes = CODEC.encode(new EventPage(List.of(event)));
    int at = bytes.toString().indexOf("\"a\":1") + 1;
    assertThrows(Application.class, () -> CODEC.decode(bytes.copy().setByte(at, (byte) 0x80)));
    assertThrows(Application.class, () -> CODEC.decode(bytes.copy().setByte(at, (byte) 0xFF)));
  }
}
