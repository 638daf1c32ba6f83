package io.weft.mesh.discovery;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.vertx.core.buffer.Buffer;
import io.weft.mesh.policy.PolicyStand;
import io.weft.mesh.wire.JsonCodec;
import org.junit.jupiter.api.Test;

class AnnouncementTest {
  @Test
  void itComesBackAsItWas() {
    var sent = new Announcement("n1", "i", 4, new PolicyStand(3, "abc", "epoch 4: line 1"));
    assertEquals(sent, JsonCodec.decode(JsonCodec.encode(sent), Announcement.class));
  }

  @Test
  void whatANewerNodeSaysBesidesIsIgnored() {
    var heard = read("{\"node\":\"n1\",\"incarnation\":\"i\",\"revision\":4,\"mood\":{\"a\":[1]}}");
    assertEquals(new Announcement("n1", "i", 4), heard);
  }

  @Test
  void anOlderNodeThatSaysNothingOfItsPoliciesGoesByThoseBuiltIn() {
    var heard = read("{\"node\":\"n1\",\"incarnation\":\"i\",\"revision\":4}");
    assertEquals(PolicyStand.DEFAULT, heard.stand());
  }

  private static Announcement read(String json) {
    return JsonCodec.decode(Buffer.buffer(json), Announcement.class);
  }
}
