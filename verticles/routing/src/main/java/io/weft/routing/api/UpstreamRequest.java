package io.weft.routing.api;

import io.vertx.core.buffer.Buffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One HTTP request to a service outside of the mesh.
 *
 * @param method the method, in capitals
 * @param target the path and the query, percent-encoded, beginning with a slash
 * @param headers the header fields; those that belong to one connection are not handed on
 * @param body the body, or its beginning
 * @param rest where the rest of the body is, or null when there is none
 */
public record UpstreamRequest(
    String method, String target, List<HeaderField> headers, Buffer body, @Nullable BodyRest rest) {

  /** Keeps the fields. */
  public UpstreamRequest {
    headers = List.copyOf(headers);
  }

  /** Returns a request without a body. */
  public static UpstreamRequest get(String target, HeaderField... headers) {
    return new UpstreamRequest("GET", target, List.of(headers), Buffer.buffer(), null);
  }
}
