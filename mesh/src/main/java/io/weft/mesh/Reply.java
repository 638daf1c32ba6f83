package io.weft.mesh;

import io.vertx.core.buffer.Buffer;
import org.jspecify.annotations.Nullable;

/**
 * The answer to a call.
 *
 * @param payload what the handler answered
 * @param replayed whether the effect had happened before, by a command with the same key, and this
 *     is the answer given then
 * @param items where the items come from, when a stream was opened; or else null
 */
public record Reply(Payload payload, boolean replayed, @Nullable ItemSource items) {
  private static final Buffer NOTHING = Buffer.buffer();

  /** Creates an answer that is not a stream. */
  public Reply(Payload payload, boolean replayed) {
    this(payload, replayed, null);
  }

  /** Returns the answer that opens a stream. */
  public static Reply of(ItemSource items) {
    return new Reply(Payload.of(NOTHING), false, items);
  }

  /** Returns an answer of JSON bytes. */
  public static Reply of(Buffer bytes) {
    return new Reply(Payload.of(bytes), false);
  }

  /** Returns the answer as bytes. */
  public Buffer body() {
    return payload.bytes();
  }
}
