package io.weft.mesh.bus;

import io.vertx.core.eventbus.EventBusOptions;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import io.weft.mesh.MeshLimits;
import io.weft.mesh.pki.Expiry;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Date;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What a node shows on the bus, and whom it believes there: both ends of each connection show a
 * certificate of the site's authority, or there is none.
 *
 * <p>All are PEM files. They are read when the node starts; Vert.x gives nobody a way to change
 * those of its event bus later.
 *
 * @param certificate the node's certificate, with those between it and the authority behind it
 * @param key its private key, as PKCS#8
 * @param authority the certificates of the authorities that are believed
 */
public record BusSecurity(Path certificate, Path key, Path authority) {
  /** A handshake of this version ends only when both sides have taken the other's certificate. */
  private static final String ANSWERED = "TLSv1.2";

  private static final Set<String> PROTOCOLS = Set.of("TLSv1.3", ANSWERED);

  /** Sets an event bus's options: TLS, certificates required, nobody believed without one. */
  EventBusOptions applyTo(EventBusOptions bus) {
    bus.setSsl(true)
        .setKeyCertOptions(keys())
        .setTrustOptions(trust())
        .setClientAuth(ClientAuth.REQUIRED)
        .setTrustAll(false);
    bus.setEnabledSecureTransportProtocols(PROTOCOLS)
        .setSslHandshakeTimeout(MeshLimits.BUS_HANDSHAKE_TIMEOUT.toSeconds());
    return bus;
  }

  /**
   * Returns the options of a client that finds out whether a node's bus takes this certificate.
   *
   * <p>In TLS 1.3 the client is done before the server has looked at its certificate, and hears of
   * a refusal only when it reads; so it speaks 1.2.
   */
  NetClientOptions asking() {
    var options =
        new NetClientOptions()
            .setSsl(true)
            .setKeyCertOptions(keys())
            .setTrustOptions(trust())
            .setHostnameVerificationAlgorithm("")
            .setConnectTimeout((int) MeshLimits.KNOCK_TIMEOUT.toMillis())
            .setSslHandshakeTimeout(MeshLimits.BUS_HANDSHAKE_TIMEOUT.toSeconds())
            .setMetricsName(Connections.UNWATCHED);
    options.setEnabledSecureTransportProtocols(Set.of(ANSWERED));
    return options;
  }

  private PemKeyCertOptions keys() {
    return new PemKeyCertOptions().setCertPath(certificate.toString()).setKeyPath(key.toString());
  }

  private PemTrustOptions trust() {
    return new PemTrustOptions().addCertPath(authority.toString());
  }

  /**
   * Checks that the certificate is one of the authority's and valid. Blocks on files.
   *
   * @throws ClusterException that says what is wrong, and what to do
   */
  void check(Instant now) {
    var chain = read(certificate);
    read(authority); // So that a fault in it is told by its own name.
    if (!Files.isReadable(key)) {
      throw new ClusterException(key + " cannot be read (expected: the bus's private key, PEM)");
    }
    try {
      validate(chain, now);
    } catch (CertPathValidatorException e) {
      throw refused(chain.get(0), e);
    } catch (GeneralSecurityException e) {
      throw new ClusterException(certificate + " cannot be checked: " + e.getMessage());
    }
  }

  /**
   * Returns when the first of the certificates that the node shows is not good any more. Blocks on
   * files, which a bus reads at its start alone.
   *
   * @throws ClusterException when they cannot be read
   */
  public Instant expires() {
    return Expiry.of(read(certificate));
  }

  private void validate(List<X509Certificate> chain, Instant now) throws GeneralSecurityException {
    var anchors = new HashSet<TrustAnchor>();
    for (var each : read(authority)) {
      anchors.add(new TrustAnchor(each, null));
    }
    var parameters = new PKIXParameters(anchors);
    parameters.setRevocationEnabled(false);
    parameters.setDate(Date.from(now));
    CertPathValidator.getInstance("PKIX")
        .validate(CertificateFactory.getInstance("X.509").generateCertPath(chain), parameters);
  }

  private ClusterException refused(X509Certificate own, CertPathValidatorException e) {
    var cause = e.getCause();
    if (cause instanceof CertificateExpiredException) {
      return new ClusterException(
          certificate
              + " expired on "
              + own.getNotAfter().toInstant()
              + " (expected: a valid certificate): have a new one made with weft certs");
    }
    if (cause instanceof CertificateNotYetValidException) {
      return new ClusterException(
          certificate
              + " is valid only from "
              + own.getNotBefore().toInstant()
              + " on (expected: a valid certificate): look at this host's clock");
    }
    return new ClusterException(
        certificate
            + " is by \""
            + own.getIssuerX500Principal().getName()
            + "\" (expected: an authority of "
            + authority
            + "): "
            + e.getMessage());
  }

  private static List<X509Certificate> read(Path file) {
    try (var in = new BufferedInputStream(Files.newInputStream(file))) {
      var found =
          CertificateFactory.getInstance("X.509").generateCertificates(in).stream()
              .map(X509Certificate.class::cast)
              .toList();
      if (found.isEmpty()) {
        throw new ClusterException(file + " has no certificate (expected: PEM)");
      }
      return found;
    } catch (IOException | GeneralSecurityException e) {
      throw new ClusterException(file + " cannot be read (expected: certificates, PEM): " + e);
    }
  }
}
