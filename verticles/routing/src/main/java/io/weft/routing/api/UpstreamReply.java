package io.weft.routing.api;

import io.vertx.core.buffer.Buffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The answer of a service outside of the mesh.
 *
 * @param status the HTTP status, 200 to 999
 * @param headers the header fields, without those that belong to one connection
 * @param body the body, or its beginning
 * @param rest where the rest of the body is, or null when there is none
 */
public record UpstreamReply(
    int status, List<HeaderField> headers, Buffer body, @Nullable BodyRest rest) {

  /** Keeps the fields. */
  public UpstreamReply {
    headers = List.copyOf(headers);
  }

  /** Returns the first value of a field, or null. */
  public @Nullable String header(String name) {
    for (var field : headers) {
      if (field.is(name)) {
        return field.value();
      }
    }
    return null;
  }
}
