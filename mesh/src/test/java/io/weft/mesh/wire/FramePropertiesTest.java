package io.weft.mesh.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.buffer.Buffer;
import io.weft.mesh.MeshLimits;
import io.weft.mesh.Operation.Kind;
import io.weft.mesh.Payload;
import io.weft.mesh.wire.Told.Answered;
import io.weft.mesh.wire.Told.Asked;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.ByteRange;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.constraints.StringLength;

/** The laws of the frame codec: for whatever is written, and for whatever arrives. */
class FramePropertiesTest {
  @Property(tries = 1_000, seed = "1")
  void aRequestComesOutAsItWentIn(
      @ForAll long id,
      @ForAll @CharRange(from = ' ', to = '~') @StringLength(max = 512) String instance,
      @ForAll @StringLength(min = 1, max = 255) @CharRange(from = 0, to = '\uD7FF') String key,
      @ForAll @LongRange(min = 0, max = 0xFFFF_FFFFL) long micros,
      @ForAll @Size(max = 2_000) byte[] body) {
    var payload = Payload.of(Buffer.buffer(body), "application/cbor");
    var remaining = Duration.of(micros, ChronoUnit.MICROS);
    var asked = Frames.request("users.reserve", Kind.COMMAND, key, payload, remaining);

    var frame = Frames.of(writer -> writer.request(id, instance, asked, payload.bytes()));

    assertEquals(
        new Asked(
            id,
            instance,
            "users.reserve",
            Kind.COMMAND,
            "orders",
            remaining,
            key,
            Frames.TRACE,
            "application/cbor",
            Told.text(Buffer.buffer(body))),
        Told.by(frame).get(0));
  }

  @Property(tries = 500, seed = "2")
  void aReplyComesOutAsItWentIn(
      @ForAll long id,
      @ForAll boolean replayed,
      @ForAll @StringLength(max = 40) @CharRange(from = ' ', to = '~') String contentType,
      @ForAll @Size(max = 2_000) byte[] body) {
    var bytes = Buffer.buffer(body);

    var frame =
        Frames.of(writer -> writer.reply(id, Frames.reply(bytes, contentType, replayed), bytes));

    assertEquals(new Answered(id, replayed, contentType, Told.text(bytes)), Told.by(frame).get(0));
  }

  @Property(tries = 2_000, seed = "3")
  void bytesOfAnyKindAreReadOrRefusedAsAFrame(@ForAll @Size(max = 400) byte[] bytes) {
    readOrRefused(Buffer.buffer(bytes));
  }

  @Property(tries = 5_000, seed = "4")
  void entriesOfAnyKindAreReadOrRefusedAsAFrame(
      @ForAll @ByteRange(min = 0, max = 11) byte type, @ForAll @Size(max = 200) byte[] bytes) {
    var entry = Buffer.buffer(Frames.header());
    entry.appendByte((byte) 1).appendInt(3).appendString("a.b");
    entry.appendByte(type).appendInt(bytes.length).appendBytes(bytes);

    readOrRefused(entry);
  }

  @Property(tries = 5_000, seed = "5")
  void anyByteMayBeAnother(@ForAll @IntRange(max = 100_000) int place, @ForAll byte value) {
    var frame = Frames.ofEverything();

    frame.setByte(place % frame.length(), value);

    readOrRefused(frame);
  }

  @Property(tries = 2_000, seed = "6")
  void anyPartOfAFrameMayBeTakenOutOrPutInAgain(
      @ForAll @IntRange(max = 100_000) int from,
      @ForAll @IntRange(max = 100_000) int to,
      @ForAll @IntRange(max = 100_000) int at) {
    var frame = Frames.ofEverything();
    int length = frame.length();
    int begin = Math.min(from % length, to % length);
    var part = frame.getBuffer(begin, Math.max(from % length, to % length));

    readOrRefused(
        frame.getBuffer(0, begin).appendBuffer(frame.getBuffer(begin + part.length(), length)));
    readOrRefused(
        frame
            .getBuffer(0, at % length)
            .appendBuffer(part)
            .appendBuffer(frame.getBuffer(at % length, length)));
  }

  @Property(tries = 300, seed = "7")
  void aFrameThatIsCutOffTellsNoMoreThanItsBeginning(@ForAll @IntRange(max = 100_000) int place) {
    var frame = Frames.ofEverything();
    int cut = place % frame.length();
    var all = Told.by(frame);
    var begun = frame.getBuffer(0, cut);

    if (cut < Frames.header().length) {
      assertThrows(FrameException.class, () -> Told.reader(begun));
      return;
    }
    var told = Told.prefixOf(begun);
    assertTrue(told.size() < all.size());
    assertEquals(all.subList(0, told.size()), told);
  }

  @Property(tries = 300, seed = "8")
  void aFrameBetweenOthersIsReadInItsPlaceOnly(@ForAll @Size(max = 64) byte[] around) {
    var frame = Frames.ofEverything();
    var between = Buffer.buffer(around).appendBuffer(frame).appendBytes(around);

    var told = Told.by(between.slice(around.length, around.length + frame.length()));

    assertEquals(Told.by(frame), told);
  }

  /** The reader's only answer to bad input. Anything else is thrown on, and fails the law. */
  private static void readOrRefused(Buffer frame) {
    try {
      new FrameReader(frame, Told.STANDING, MeshLimits.FRAME_MAX_BYTES).read(new Told());
    } catch (FrameException e) {
      assertTrue(e.getMessage().length() < 1_000, "a message of " + e.getMessage().length());
    }
  }
}
