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
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/**
 * A URL that keys are fetched from: over https, with the certificate and name of its host checked,
 * without following it elsewhere, and bounded in bytes and in time. Only this host is believed over
 * plain http.
 */
final class KeyUrl {
  private final HttpClient client;
  private final URI url;

  KeyUrl(Vertx vertx, URI url) throws KeyException {
    var secure = "https".equals(url.getScheme());
    if (url.getHost() == null || !(secure || isThisHost(url))) {
      throw new KeyException(
          "keys from " + url + " (expected: an https URL; http only of 127.0.0.1 or ::1)");
    }
    this.url = url;
    client =
        vertx.createHttpClient(
            new HttpClientOptions()
                .setSsl(secure)
                .setVerifyHost(true)
                .setTrustAll(false)
                .setConnectTimeout((int) MeshLimits.JWKS_TIMEOUT.toMillis())
                .setIdleTimeoutUnit(TimeUnit.MILLISECONDS)
                .setIdleTimeout((int) MeshLimits.JWKS_TIMEOUT.toMillis()));
  }

  /** Fetches the text of the keys; fails with what went wrong. */
  Future<String> fetch() {
    var options =
        new RequestOptions()
            .setMethod(HttpMethod.GET)
            .setAbsoluteURI(url.toString())
            .setFollowRedirects(false)
            .setTimeout(MeshLimits.JWKS_TIMEOUT.toMillis())
            .putHeader("Accept", "application/jwk-set+json, application/json");
    return client
        .request(options)
        .compose(request -> request.send().compose(KeyUrl::body))
        .timeout(MeshLimits.JWKS_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
  }

  private static Future<String> body(HttpClientResponse response) {
    if (response.statusCode() != 200) {
      response.exceptionHandler(reset -> {}).request().reset();
      return Future.failedFuture(
          new KeyException("status " + response.statusCode() + " (expected: 200)"));
    }
    Promise<String> whole = Promise.promise();
    var bytes = Buffer.buffer();
    response.handler(
        part -> {
          if (bytes.length() + part.length() > MeshLimits.KEYS_MAX_BYTES) {
            whole.tryFail(
                new KeyException("keys of more than " + MeshLimits.KEYS_MAX_BYTES + " bytes"));
            response.request().reset();
          } else {
            bytes.appendBuffer(part);
          }
        });
    response.exceptionHandler(whole::tryFail);
    response.endHandler(end -> whole.tryComplete(bytes.toString(StandardCharsets.UTF_8)));
    return whole.future();
  }

  private static boolean isThisHost(URI url) {
    return "http".equals(url.getScheme())
        && ("127.0.0.1".equals(url.getHost()) || "[::1]".equals(url.getHost()));
  }
}
