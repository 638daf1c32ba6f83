package io.weft.routing.gateway;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import io.weft.routing.RoutingLimits;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Locale;
import java.util.zip.GZIPOutputStream;

/**
 * Makes larger answers smaller for clients that take gzip.
 *
 * <p>Not small ones, which it would make larger; nor the largest, which would keep the event loop;
 * nor those with an entity tag, which must be another for other bytes; nor streams, which Vert.x
 * would hold back until there is enough to compress.
 */
public final class Compression {
  /** The coding that is used. */
  public static final String CODING = "gzip";

  private Compression() {}

  /** Returns a body as it is to be sent, and sets the headers that say so. */
  static Buffer of(RoutingContext context, Buffer body) {
    if (body.length() < RoutingLimits.COMPRESSED_MIN_BYTES
        || body.length() > RoutingLimits.COMPRESSED_MAX_BYTES
        || context.response().headers().contains(HttpHeaders.ETAG)
        || context.response().headers().contains(HttpHeaders.CONTENT_ENCODING)) {
      return body;
    }
    context.response().headers().add(HttpHeaders.VARY, HttpHeaders.ACCEPT_ENCODING);
    if (!taken(context)) {
      return body;
    }
    context.response().putHeader(HttpHeaders.CONTENT_ENCODING, CODING);
    return gzip(body);
  }

  /** Returns whether the client takes gzip: named, and not with a weight of 0. */
  public static boolean taken(RoutingContext context) {
    var accepted = context.request().getHeader(HttpHeaders.ACCEPT_ENCODING);
    if (accepted == null) {
      return false;
    }
    for (var part : accepted.toLowerCase(Locale.ROOT).split(",", -1)) {
      var coding = part.strip().split("\\s*;\\s*", 2);
      if (coding[0].equals(CODING)) {
        return coding.length == 1 || !coding[1].matches("q=0(\\.0{0,3})?");
      }
    }
    return false;
  }

  /** Returns bytes in gzip. */
  public static Buffer gzip(Buffer body) {
    var bytes = new ByteArrayOutputStream(body.length() / 4);
    try (var out = new GZIPOutputStream(bytes)) {
      out.write(body.getBytes());
    } catch (IOException e) {
      throw new UncheckedIOException("memory takes all that is written", e);
    }
    return Buffer.buffer(bytes.toByteArray());
  }
}
