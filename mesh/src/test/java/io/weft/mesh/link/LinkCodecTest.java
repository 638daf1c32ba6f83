package io.weft.mesh.link;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.buffer.Buffer;
import io.weft.mesh.MeshLimits;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;

/** The laws of the codec of a link: for whatever is written, and for whatever arrives. */
class LinkCodecTest {
  private static final Buffer FRESH = Buffer.buffer(new byte[LinkFormat.KEY_BYTES]);

  /** What a batch told. */
  private static final class Told implements BatchReader.Entries {
    private final List<String> said = new ArrayList<>();

    @Override
    public void message(long number, Packed packed) {
      said.add("message " + number + " " + packed.deflated() + " " + packed.bytes());
    }

    @Override
    public void ping(long token) {
      said.add("ping " + token);
    }

    @Override
    public void pong(long token) {
      said.add("pong " + token);
    }

    @Override
    public void goodbye(LinkReason reason, String message) {
      said.add("goodbye " + reason + " " + message);
    }
  }

  private static List<String> read(Buffer batch) {
    var told = new Told();
    new BatchReader(batch).read(told);
    return told.said;
  }

  @Test
  void aBatchComesOutAsItWentIn() {
    var batch = new BatchWriter(41);
    batch.pong(-1);
    batch.ping(7);
    batch.message(1, new Packed(false, Buffer.buffer("one")));
    batch.message(2, new Packed(true, Buffer.buffer()));
    batch.goodbye(LinkReason.REVOKED, "gone");

    assertEquals(41, new BatchReader(batch.bytes()).acknowledged());
    assertEquals(
        List.of(
            "pong -1", "ping 7", "message 1 false one", "message 2 true ", "goodbye REVOKED gone"),
        read(batch.bytes()));
  }

  @Test
  void entriesOfALaterVersionAreSkipped() {
    var batch = new BatchWriter(0);
    batch.bytes().appendByte((byte) 99).appendInt(3).appendString("new");
    batch.ping(1);
    assertEquals(List.of("ping 1"), read(batch.bytes()));
  }

  @Property(tries = 2_000, seed = "1")
  void whateverComesIsReadOrRefusedInOneWay(@ForAll @Size(max = 200) byte[] bytes) {
    refusedOrRead(() -> read(Buffer.buffer(bytes)));
    refusedOrRead(() -> Greeting.read(Buffer.buffer(bytes)));
  }

  @Property(tries = 2_000, seed = "2")
  void aGreetingThatIsCutOrChangedIsReadOrRefusedInOneWay(
      @ForAll @IntRange(min = 0, max = 6) int which,
      @ForAll @IntRange(min = 0, max = 74) int at,
      @ForAll byte value) {
    var bytes = greetings().get(which).bytes();
    refusedOrRead(() -> Greeting.read(bytes.slice(0, Math.min(at, bytes.length()))));
    var changed = bytes.copy().setByte(Math.min(at, bytes.length() - 1), value);
    refusedOrRead(() -> Greeting.read(changed));
  }

  private static List<Greeting> greetings() {
    var key = Keys.EDGE.key().shown();
    return List.of(
        new Greeting.Hello(1, 1, "edge-1", key, FRESH),
        new Greeting.Challenge(1, "cloud", key, FRESH),
        new Greeting.Proof(new LinkEpoch(1, 2), new UUID(3, 4), 5),
        new Greeting.Welcome(true, new UUID(3, 4), 5),
        new Greeting.Refused(LinkReason.BUSY, 1, 1, 6, "later"),
        new Greeting.Join(1, 1, FRESH, key, FRESH),
        new Greeting.Joined("edge-1"));
  }

  private static void refusedOrRead(Runnable reading) {
    try {
      reading.run();
    } catch (LinkException e) {
      assertEquals(LinkReason.MALFORMED, e.reason());
    }
  }

  @Test
  void greetingsComeOutAsTheyWentIn() {
    for (var each : greetings()) {
      assertEquals(each, Greeting.read(each.bytes()));
      assertEquals(each, Greeting.read(each.bytes().appendString("of a later version")));
    }
  }

  @Property(tries = 200, seed = "3")
  void aMessageComesOutAsItWentIn(
      @ForAll @StringLength(max = 30) String part,
      @ForAll @IntRange(min = 0, max = 400) int times) {
    try (var packer = new Packer()) {
      var message = Buffer.buffer(part.repeat(times));
      var packed = packer.pack(message);
      assertTrue(packed.bytes().length() <= message.length());
      assertArrayEquals(message.getBytes(), packer.unpack(packed).getBytes());
    }
  }

  @Test
  void aMessageThatIsNotWhatItSaysIsRefused() {
    try (var packer = new Packer()) {
      var packed = packer.pack(Buffer.buffer("x".repeat(10_000)));
      assertTrue(packed.deflated());
      assertTrue(packed.bytes().length() < 200);
      for (int length : new int[] {-1, 0, 9_999, 10_001, MeshLimits.LINK_MESSAGE_MAX_BYTES + 1}) {
        var lies = new Packed(true, packed.bytes().copy().setInt(0, length));
        assertThrows(LinkException.class, () -> packer.unpack(lies), "length " + length);
      }
      var cut = new Packed(true, packed.bytes().slice(0, packed.bytes().length() - 1));
      assertThrows(LinkException.class, () -> packer.unpack(cut));
      assertThrows(LinkException.class, () -> packer.unpack(new Packed(true, Buffer.buffer("ab"))));
      var large = new Packed(false, Buffer.buffer(new byte[MeshLimits.LINK_MESSAGE_MAX_BYTES + 1]));
      assertThrows(LinkException.class, () -> packer.unpack(large));
      // What was wrong before does no harm to the next.
      assertEquals(10_000, packer.unpack(packed).length());
      assertFalse(packer.pack(Buffer.buffer("short")).deflated());
    }
  }

  @Test
  void everyReasonComesBackByItsNumber() {
    for (var reason : LinkReason.values()) {
      assertEquals(reason, LinkReason.of(reason.code()));
    }
    assertEquals(LinkReason.UNKNOWN, LinkReason.of(200));
  }

  @Test
  void aNameThatNoSiteCanHaveIsRefused() {
    assertTrue(SiteName.isOne("edge-1"));
    for (var name : List.of("", "-edge", "edge-", "Edge", "a b", "a".repeat(65), "edge\n1")) {
      assertFalse(SiteName.isOne(name), name);
      assertThrows(
          IllegalArgumentException.class,
          () -> new SiteIdentity(name, Keys.EDGE.key()),
          name.toLowerCase(Locale.ROOT));
    }
  }
}
