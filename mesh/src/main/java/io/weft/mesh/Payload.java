package io.weft.mesh;

import io.vertx.core.buffer.Buffer;
import io.weft.mesh.MeshFailure.Application;
import io.weft.mesh.wire.JsonCodec;
import org.jspecify.annotations.Nullable;

/**
 * What a request or a reply carries: a value, the bytes that stand for it, or both.
 *
 * <p>A value is encoded only where bytes are asked for, and once. Between a caller and a handler on
 * the same node the value itself is handed over, so values must not be changed once they were given
 * away; records never are.
 */
public final class Payload {
  private final @Nullable Object value;
  private final @Nullable Codec<Object> codec;
  private final String contentType;
  private @Nullable Buffer bytes;

  private Payload(
      @Nullable Object value,
      @Nullable Codec<Object> codec,
      String contentType,
      @Nullable Buffer bytes) {
    this.value = value;
    this.codec = codec;
    this.contentType = contentType;
    this.bytes = bytes;
  }

  /** Returns a payload of bytes that are JSON. */
  public static Payload of(Buffer bytes) {
    return of(bytes, JsonCodec.CONTENT_TYPE);
  }

  /**
   * Returns a payload of bytes.
   *
   * @throws Application {@code body.too_large} if there are more than {@link
   *     MeshLimits#BODY_MAX_BYTES}
   */
  public static Payload of(Buffer bytes, String contentType) {
    return new Payload(null, null, contentType, checked(bytes));
  }

  /** Returns the payload of a value, with the codec that can encode it. */
  @SuppressWarnings("unchecked") // The codec is only ever given the value that came with it.
  public static <T> Payload of(T value, Codec<T> codec) {
    return new Payload(value, (Codec<Object>) codec, codec.contentType(), null);
  }

  /** Returns a payload of the same, for another request: each is encoded by one thread only. */
  public Payload again() {
    return new Payload(value, codec, contentType, bytes);
  }

  /** Returns the media type of the bytes. */
  public String contentType() {
    return contentType;
  }

  /**
   * Returns the bytes, encoding the value at the first time. For one thread at a time.
   *
   * @throws Application if the value cannot be written, or {@code body.too_large} if it takes more
   *     than {@link MeshLimits#BODY_MAX_BYTES}
   */
  public Buffer bytes() {
    var known = bytes;
    if (known != null) {
      return known;
    }
    if (codec == null || value == null) {
      throw new IllegalStateException("a payload without a value and without bytes");
    }
    var encoded = checked(codec.encode(value));
    bytes = encoded;
    return encoded;
  }

  /**
   * Returns the value as a codec's type: the value itself if it is one, or else decoded.
   *
   * @throws Application {@code request.invalid} if the bytes are no such value
   */
  public <T> T as(Codec<T> wanted) {
    if (value != null && wanted.type().isInstance(value)) {
      return wanted.type().cast(value);
    }
    if (!contentType.equals(wanted.contentType())) {
      throw new Application(
          "request.invalid",
          "content type " + contentType + " (expected: " + wanted.contentType() + ")",
          "");
    }
    return wanted.decode(bytes());
  }

  private static Buffer checked(Buffer bytes) {
    if (bytes.length() > MeshLimits.BODY_MAX_BYTES) {
      throw new Application(
          "body.too_large",
          "body of " + bytes.length() + " bytes (limit: " + MeshLimits.BODY_MAX_BYTES + ")");
    }
    return bytes;
  }
}
