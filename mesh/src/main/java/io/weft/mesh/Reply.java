package io.weft.mesh;

import io.vertx.core.buffer.Buffer;

/**
 * The answer to a call.
 *
 * @param payload what the handler answered
 * @param replayed whether the effect had happened before, by a command with the same key, and this
 *     is the answer given then
 */
public record Reply(Payload payload, boolean replayed) {
  /** Returns an answer of JSON bytes. */
  public static Reply of(Buffer bytes) {
    return new Reply(Payload.of(bytes), false);
  }

  /** Returns the answer as bytes. */
  public Buffer body() {
    return payload.bytes();
  }
}
