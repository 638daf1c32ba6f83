package io.weft.lab.hostile;

import io.vertx.core.buffer.Buffer;
import io.weft.lab.Say;
import io.weft.mesh.Cancellation;
import io.weft.mesh.Deadline;
import io.weft.mesh.MeshFailure.Application;
import io.weft.mesh.Operation.Kind;
import io.weft.mesh.Origin;
import io.weft.mesh.Payload;
import io.weft.mesh.Reply;
import io.weft.mesh.Request;
import io.weft.mesh.TraceContext;
import io.weft.mesh.policy.Policy;
import io.weft.mesh.wire.FrameWriter;
import io.weft.mesh.wire.JsonCodec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;

/**
 * Frames that no honest node sends, or not now: made like those of a node, by strangers and in the
 * name of a node that is there, then mutated, cut, lengthened, joined, repeated and put out of
 * order. The same seed makes the same frames. For one thread.
 */
final class HostileFrames {
  private static final int PIECE_BYTES = 4_096;

  private final SplittableRandom random;
  private final Random shuffle;
  private final String target;
  private final String honestNode;
  private final String honestIncarnation;
  private final Buffer body = JsonCodec.encode(Say.numbered(7));
  private byte[] last = new byte[] {0x57, 1};

  /**
   * Creates a source of frames.
   *
   * @param target the incarnation of the node that they go to
   * @param honestNode the node in whose name some are sent
   * @param honestIncarnation its incarnation
   */
  HostileFrames(long seed, String target, String honestNode, String honestIncarnation) {
    random = new SplittableRandom(seed);
    shuffle = new Random(seed);
    this.target = target;
    this.honestNode = honestNode;
    this.honestIncarnation = honestIncarnation;
  }

  /** Returns some frames, out of order. */
  List<byte[]> batch(int count) {
    var batch = new ArrayList<byte[]>(count);
    for (int i = 0; i < count; i++) {
      batch.add(mutated(whole()));
    }
    Collections.shuffle(batch, shuffle);
    return batch;
  }

  /** Returns a frame as a node might have written it. */
  byte[] whole() {
    var writer = new FrameWriter(header());
    for (int entries = 1 + random.nextInt(4); entries > 0; entries--) {
      entry(writer);
    }
    return bytes(writer);
  }

  private byte[] header() {
    var to = random.nextInt(10) == 0 ? "earlier" : target;
    return switch (random.nextInt(10)) {
      case 0 -> FrameWriter.header(honestNode, honestIncarnation, 0, to);
      case 1, 2 ->
          FrameWriter.header(
              "stranger-" + random.nextInt(HostileLimits.STRANGERS),
              "s",
              random.nextInt(1_100),
              to);
      default -> FrameWriter.header("stranger", "s", random.nextInt(4), to);
    };
  }

  private void entry(FrameWriter writer) {
    // Any 64 bits: an answer that is guessed right would be believed, as docs/PROTOCOL.md says.
    long id = random.nextLong();
    switch (random.nextInt(11)) {
      case 0, 1 -> request(writer, id, "hostile.ask", Kind.QUERY, "");
      case 2 -> request(writer, id, "hostile.tell", Kind.COMMAND, "key-" + random.nextInt(9));
      case 3 -> request(writer, id, "hostile.watch", Kind.STREAM, "");
      case 4 -> writer.reply(id, new Reply(Payload.of(body), false), body);
      case 5 -> writer.failure(id, new Application("a.b", "c", "/d"));
      case 6 -> writer.item(id, random.nextInt(4), Payload.of(body), body);
      case 7 -> writer.credit(id, 1 + random.nextInt(128));
      case 8 -> writer.cancel(id);
      case 9 -> writer.reset();
      default -> piece(writer);
    }
  }

  private void request(FrameWriter writer, long id, String operation, Kind kind, String key) {
    var request =
        new Request(
            operation,
            kind,
            Payload.of(body),
            new Deadline(() -> 0, Duration.ofMillis(random.nextInt(2_000)).toNanos()),
            key,
            Origin.of(TraceContext.NONE, "stranger"),
            null,
            Cancellation.NEVER,
            Policy.DEFAULT);
    writer.request(id, "hostile-1", request, body);
  }

  private void piece(FrameWriter writer) {
    int total = random.nextInt(4_000_000);
    writer.piece(random.nextInt(8), total, 0, new byte[PIECE_BYTES], PIECE_BYTES);
  }

  private byte[] mutated(byte[] frame) {
    var mutated =
        switch (random.nextInt(100)) {
          case 0, 1 -> joined(frame, new byte[random.nextInt(HostileLimits.OVERSIZE_BYTES)]);
          case 2, 3, 4, 5, 6 -> noise(random.nextInt(400));
          case 7, 8, 9, 10, 11, 12, 13, 14, 15, 16 -> joined(frame, last);
          case 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29 -> last;
          case 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42 -> frame;
          case 43, 44, 45, 46, 47, 48, 49, 50, 51, 52, 53, 54, 55 ->
              Arrays.copyOf(frame, random.nextInt(frame.length));
          default -> flipped(frame);
        };
    last = frame;
    return mutated;
  }

  private byte[] flipped(byte[] bytes) {
    return flipped(bytes, bytes.length);
  }

  /** Returns a message of which a few bytes of the envelope are others. */
  byte[] flippedHead(byte[] message) {
    return flipped(message, Math.min(message.length, HostileLimits.ENVELOPE_BYTES));
  }

  private byte[] flipped(byte[] bytes, int among) {
    var flipped = bytes.clone();
    for (int flips = 1 + random.nextInt(4); flips > 0; flips--) {
      flipped[random.nextInt(among)] = (byte) random.nextInt(256);
    }
    return flipped;
  }

  private byte[] noise(int length) {
    var noise = new byte[length];
    random.nextBytes(noise);
    return noise;
  }

  private static byte[] joined(byte[] first, byte[] second) {
    return Buffer.buffer(first.length + second.length)
        .appendBytes(first)
        .appendBytes(second)
        .getBytes();
  }

  private static byte[] bytes(FrameWriter writer) {
    return Arrays.copyOf(writer.bytes(), writer.size());
  }
}
