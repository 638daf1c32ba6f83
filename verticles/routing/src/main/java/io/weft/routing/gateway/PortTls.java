package io.weft.routing.gateway;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.ServerSSLOptions;
import io.weft.mesh.pki.Expiry;
import io.weft.mesh.telemetry.Measure;
import io.weft.mesh.time.Timers;
import io.weft.routing.RoutingLimits;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The certificate of a port, taken anew when its files change: connections that are open keep what
 * they have, new ones get the new certificate. Files that are no good, or not of each other, change
 * nothing and are told once.
 *
 * <p>Used on one event loop; files are read off it.
 */
public final class PortTls {
  private static final Logger LOG = LoggerFactory.getLogger(PortTls.class);
  private static final Set<String> PROTOCOLS = Set.of("TLSv1.3", "TLSv1.2");
  private static final List<HttpVersion> VERSIONS =
      List.of(HttpVersion.HTTP_2, HttpVersion.HTTP_1_1);
  private static final Pattern PRIVATE_KEY =
      Pattern.compile("-----BEGIN PRIVATE KEY-----(.*?)-----END PRIVATE KEY-----", Pattern.DOTALL);

  private final Vertx vertx;
  private final Path certificate;
  private final Path key;
  private @Nullable Pair seen;
  private volatile @Nullable Instant expires;
  private boolean alpn;
  private boolean closed;

  /** What the two files held. */
  private record Pair(Buffer certificate, Buffer key) {}

  private PortTls(Vertx vertx, Path certificate, Path key) {
    this.vertx = vertx;
    this.certificate = certificate;
    this.key = key;
  }

  /**
   * Returns the TLS of a port.
   *
   * @param section the settings of the port: {@code certificate} and {@code key}
   * @param name the section's name, for messages
   * @return null when the port has none
   * @throws IllegalArgumentException when only one of the two is named
   */
  public static @Nullable PortTls of(Vertx vertx, JsonObject section, String name) {
    var certificate = section.getString("certificate", "");
    var key = section.getString("key", "");
    if (certificate.isEmpty() && key.isEmpty()) {
      return null;
    }
    if (certificate.isEmpty() || key.isEmpty()) {
      throw new IllegalArgumentException(
          "%s.%s: nothing (expected: certificate and key, or neither)"
              .formatted(name, certificate.isEmpty() ? "certificate" : "key"));
    }
    return new PortTls(vertx, Path.of(certificate), Path.of(key));
  }

  /**
   * Reads the files and sets TLS in a server's options, with ALPN where it speaks HTTP; fails with
   * what is wrong with them.
   */
  public <T extends NetServerOptions> Future<T> applyTo(T options) {
    return read()
        .map(
            read -> {
              expires = check(read);
              seen = read;
              options
                  .setSsl(true)
                  .setKeyCertOptions(keys(read))
                  .setEnabledSecureTransportProtocols(PROTOCOLS)
                  .setSslHandshakeTimeout(RoutingLimits.TLS_HANDSHAKE_TIMEOUT.toSeconds());
              if (options instanceof HttpServerOptions http) {
                http.setUseAlpn(true).setAlpnVersions(VERSIONS);
                alpn = true;
              }
              return options;
            });
  }

  /**
   * Looks at the files now and then, until {@link #close}, for a server that listens.
   *
   * @param update what gives the server other options; returns whether they are others
   */
  public void watch(Function<ServerSSLOptions, Future<Boolean>> update, Timers timers) {
    timers.after(
        RoutingLimits.CERTIFICATE_LOOK_INTERVAL,
        () -> {
          if (!closed) {
            look(update).onComplete(done -> watch(update, timers));
          }
        });
  }

  /**
   * Reads until when what is shown is good, which is not what the files say while they are no good.
   * From any thread.
   *
   * @param port what the port is called
   * @return nothing before {@link #applyTo}
   */
  public List<Measure> measure(String port) {
    var until = expires;
    return until == null ? List.of() : List.of(Expiry.measure(port, until));
  }

  /** Looks at them no more. */
  public void close() {
    closed = true;
  }

  /** Looks at the files; completes when what they hold is shown, or is known to be no good. */
  Future<Void> look(Function<ServerSSLOptions, Future<Boolean>> update) {
    return read()
        .compose(read -> read.equals(seen) ? Future.succeededFuture() : change(update, read))
        .recover(
            failure -> {
              LOG.warn("{}; the certificate stays as it was", failure.getMessage());
              return Future.succeededFuture();
            });
  }

  private Future<Void> change(Function<ServerSSLOptions, Future<Boolean>> update, Pair read) {
    seen = read; // What is no good is told once.
    var until = check(read);
    var options = new ServerSSLOptions();
    options
        .setKeyCertOptions(keys(read))
        .setUseAlpn(alpn)
        .setEnabledSecureTransportProtocols(PROTOCOLS)
        .setSslHandshakeTimeout(RoutingLimits.TLS_HANDSHAKE_TIMEOUT.toSeconds());
    return update
        .apply(options)
        .onSuccess(
            updated -> {
              expires = until;
              if (updated) { // By the first of the instances that share the port.
                LOG.info("{} is shown from now on", certificate);
              }
            })
        .mapEmpty();
  }

  private Future<Pair> read() {
    return vertx.executeBlocking(() -> new Pair(bytes(certificate), bytes(key)));
  }

  private static Buffer bytes(Path file) {
    try {
      return Buffer.buffer(Files.readAllBytes(file));
    } catch (IOException e) {
      throw new IllegalStateException(file + " cannot be read (expected: a PEM file): " + e, e);
    }
  }

  private static PemKeyCertOptions keys(Pair read) {
    return new PemKeyCertOptions().setCertValue(read.certificate()).setKeyValue(read.key());
  }

  /**
   * Checks what was read, since a file may be read while it is written, or one of the two before
   * the other; returns until when it is good.
   */
  private Instant check(Pair read) {
    try {
      var found =
          CertificateFactory.getInstance("X.509")
              .generateCertificates(new ByteArrayInputStream(read.certificate().getBytes()));
      if (found.isEmpty()) {
        throw new IllegalStateException(certificate + " has no certificate (expected: PEM)");
      }
      var own = ((X509Certificate) found.iterator().next()).getPublicKey();
      if (!fits(own, privateKey(own.getAlgorithm(), read.key()))) {
        throw new IllegalStateException(
            key + " is not the key of " + certificate + " (expected: the two of one pair)");
      }
      return Expiry.of(found);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(
          certificate + " and " + key + " cannot be used: " + e.getMessage(), e);
    }
  }

  private PrivateKey privateKey(String algorithm, Buffer pem) throws GeneralSecurityException {
    var found = PRIVATE_KEY.matcher(pem.toString(StandardCharsets.ISO_8859_1));
    if (!found.find()) {
      throw new IllegalStateException(key + " has no private key (expected: PKCS#8 in PEM)");
    }
    try {
      var bytes = Base64.getMimeDecoder().decode(found.group(1));
      return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(bytes));
    } catch (IllegalArgumentException e) {
      throw new IllegalStateException(key + " has no private key (expected: PKCS#8 in PEM)", e);
    }
  }

  private static boolean fits(PublicKey open, PrivateKey secret) throws GeneralSecurityException {
    var algorithm =
        switch (open.getAlgorithm()) {
          case "RSA" -> "SHA256withRSA";
          case "EC" -> "SHA256withECDSA";
          default -> open.getAlgorithm();
        };
    var said = "the two of one pair".getBytes(StandardCharsets.US_ASCII);
    var signing = Signature.getInstance(algorithm);
    signing.initSign(secret);
    signing.update(said);
    var verifying = Signature.getInstance(algorithm);
    verifying.initVerify(open);
    verifying.update(said);
    return verifying.verify(signing.sign());
  }
}
