package io.weft.routing.gateway;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * A file of a page of ours, held in memory: its bytes, and the same in gzip, each with an entity
 * tag of its own.
 *
 * <p>Browsers keep it and ask each time whether it is still the same, so that a page is never put
 * together from files of two versions. Immutable, so safe for use from any thread.
 */
public final class PageFile {
  private static final int TAG_BYTES = 16;

  private final String mediaType;
  private final Buffer bytes;
  private final String tag;
  private final @Nullable Buffer zipped;
  private final String zippedTag;

  private PageFile(String mediaType, Buffer bytes, String digest) {
    this.mediaType = mediaType;
    this.bytes = bytes;
    this.tag = EntityTags.of(digest);
    this.zipped = mediaType.equals("image/png") ? null : Compression.gzip(bytes);
    this.zippedTag = EntityTags.of(digest + "-gzip");
  }

  /** Returns a file of a media type, with the tags that its bytes give it. */
  public static PageFile of(String mediaType, Buffer bytes) {
    try {
      var digest = MessageDigest.getInstance("SHA-256").digest(bytes.getBytes());
      return new PageFile(mediaType, bytes, HexFormat.of().formatHex(digest, 0, TAG_BYTES));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  /**
   * Answers a request with this file, or with 304 when the browser has it.
   *
   * @param policy the content security policy of the page that it belongs to
   */
  public void send(RoutingContext context, String policy) {
    var gzip = Compression.taken(context) ? zipped : null;
    var sentTag = gzip != null ? zippedTag : tag;
    var response = context.response();
    response
        .putHeader("Content-Security-Policy", policy)
        .putHeader("Referrer-Policy", "same-origin")
        .putHeader("Cross-Origin-Resource-Policy", "same-origin")
        .putHeader(HttpHeaders.CACHE_CONTROL, "no-cache")
        .putHeader(HttpHeaders.ETAG, sentTag)
        .headers()
        .add(HttpHeaders.VARY, HttpHeaders.ACCEPT_ENCODING);
    if (EntityTags.noneMatchHolds(
        context.request().getHeader(HttpHeaders.IF_NONE_MATCH), sentTag)) {
      Responses.empty(context, 304);
      return;
    }
    if (gzip != null) {
      response.putHeader(HttpHeaders.CONTENT_ENCODING, Compression.CODING);
    }
    Responses.send(context, 200, mediaType, gzip != null ? gzip : bytes);
  }
}
