package io.weft.mesh;

import io.vertx.core.buffer.Buffer;
import io.weft.mesh.MeshFailure.Application;

/**
 * How the values of one type become bytes and come back: JSON unless an operation says otherwise.
 *
 * <p>Safe for use by many threads, and quick: it runs on event loops, once or twice per call.
 *
 * @param <T> the type of values
 */
public interface Codec<T> {
  /** Returns the class of values. */
  Class<T> type();

  /** Returns the media type of the bytes, such as {@code application/json}. */
  String contentType();

  /**
   * Encodes a value.
   *
   * @return the bytes, which nobody changes from then on
   * @throws Application if the value cannot be written
   */
  Buffer encode(T value);

  /**
   * Decodes a value.
   *
   * @param bytes possibly a view of a larger buffer; what keeps them for long copies them
   * @throws Application {@code request.invalid} if the bytes are not a value of this type
   */
  T decode(Buffer bytes);
}
