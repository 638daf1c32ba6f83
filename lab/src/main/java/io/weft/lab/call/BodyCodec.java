package io.weft.lab.call;

import io.vertx.core.buffer.Buffer;
import io.weft.lab.Said;
import io.weft.lab.Say;
import io.weft.mesh.wire.JsonCodec;

/** Bodies as every system but the mesh carries them: by the codec that the mesh uses. */
final class BodyCodec {
  private BodyCodec() {}

  /** Reads a request, and returns the reply to it as it is written. */
  static Buffer answer(Buffer request) {
    return JsonCodec.encode(Said.to(JsonCodec.decode(request, Say.class)));
  }

  /** Reads a request, and returns the reply to it as it is written. */
  static byte[] answer(byte[] request) {
    return answer(Buffer.buffer(request)).getBytes();
  }

  /** Writes a request. */
  static Buffer request(Say request) {
    return JsonCodec.encode(request);
  }

  /** Reads a reply and hands it on, or else what is wrong with it. */
  static void finish(Buffer reply, Caller.Done done) {
    Said said;
    try {
      said = JsonCodec.decode(reply, Said.class);
    } catch (RuntimeException e) {
      done.done(null, e);
      return;
    }
    done.done(said, null);
  }
}
