package io.weft.mesh.security;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.weft.mesh.MeshLimits;
import io.weft.mesh.time.Time;
import java.net.URI;
import java.nio.charset.StandardCharsets;

/**
 * A URL that keys are fetched from: over https, with the certificate and name of its host checked,
 * without following it elsewhere, and bounded in bytes and in time. Only this host is believed over
 * plain http.
 */
final class KeyUrl {
  private final HttpClient client;
  private final URI url;
  private final Time time;

  KeyUrl(Vertx vertx, URI url, Time time) throws KeyException {
    var secure = "https".equals(url.getScheme());
    if (url.getHost() == null || !(secure || isThisHost(url))) {
      throw new KeyException(
          "keys from " + url + " (expected: an https URL; http only of 127.0.0.1 or ::1)");
    }
    this.url = url;
    this.time = time;
    client =
        vertx.createHttpClient(
            new HttpClientOptions()
                .setSsl(secure)
                .setVerifyHost(true)
                .setTrustAll(false)
                .setConnectTimeout((int) MeshLimits.JWKS_TIMEOUT.toMillis()));
  }

  /** Fetches the text of the keys; fails with what went wrong, in time. */
  Future<String> fetch() {
    var options =
        new RequestOptions()
            .setMethod(HttpMethod.GET)
            .setAbsoluteURI(url.toString())
            .setFollowRedirects(false)
            .putHeader("Accept", "application/jwk-set+json, application/json");
    Promise<String> whole = Promise.promise();
    var late = new KeyException("no whole answer in " + MeshLimits.JWKS_TIMEOUT.toSeconds() + " s");
    var timeout = time.timers().after(MeshLimits.JWKS_TIMEOUT, () -> whole.tryFail(late));
    client
        .request(options)
        .compose(
            request -> {
              whole.future().onFailure(end -> request.reset());
              return request.send().compose(KeyUrl::body);
            })
        .onComplete(
            (text, failure) -> {
              timeout.cancel();
              if (failure == null) {
                whole.tryComplete(text);
              } else {
                whole.tryFail(failure);
              }
            });
    return whole.future();
  }

  private static Future<String> body(HttpClientResponse response) {
    Promise<String> whole = Promise.promise();
    response.exceptionHandler(whole::tryFail);
    if (response.statusCode() != 200) {
      whole.fail(new KeyException("status " + response.statusCode() + " (expected: 200)"));
      return whole.future();
    }
    var bytes = Buffer.buffer();
    response.handler(
        part -> {
          if (bytes.length() + part.length() > MeshLimits.KEYS_MAX_BYTES) {
            whole.tryFail(
                new KeyException("keys of more than " + MeshLimits.KEYS_MAX_BYTES + " bytes"));
          } else {
            bytes.appendBuffer(part);
          }
        });
    response.endHandler(end -> whole.tryComplete(bytes.toString(StandardCharsets.UTF_8)));
    return whole.future();
  }

  private static boolean isThisHost(URI url) {
    return "http".equals(url.getScheme())
        && ("127.0.0.1".equals(url.getHost()) || "[::1]".equals(url.getHost()));
  }
}
