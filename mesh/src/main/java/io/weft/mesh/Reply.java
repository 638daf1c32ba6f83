package io.weft.mesh;

import io.vertx.core.buffer.Buffer;

/**
 * The answer to a call, as bytes.
 *
 * @param body the reply, encoded by the operation's codec
 * @param replayed whether the effect had happened before, by a command with the same key, and the
 *     body is the answer given then
 */
public record Reply(Buffer body, boolean replayed) {}
