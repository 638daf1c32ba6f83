package io.weft.node.cli;

import io.weft.node.StartFailure;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** Whom a command believes that nodes and gateways are who they say: the authorities of a file. */
final class Authorities {
  private Authorities() {}

  /**
   * Returns what believes those of a PEM file, and nobody else.
   *
   * @throws StartFailure if there are none in it
   */
  static SSLContext of(Path file) {
    try (var in = new BufferedInputStream(Files.newInputStream(file))) {
      var store = KeyStore.getInstance(KeyStore.getDefaultType());
      store.load(null, null);
      for (var each : CertificateFactory.getInstance("X.509").generateCertificates(in)) {
        store.setCertificateEntry("authority-" + store.size(), each);
      }
      if (store.size() == 0) {
        throw new StartFailure(file + " has no certificate (expected: PEM): see --ca and WEFT_CA");
      }
      var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(store);
      var context = SSLContext.getInstance("TLS");
      context.init(null, trust.getTrustManagers(), null);
      return context;
    } catch (IOException | GeneralSecurityException e) {
      throw new StartFailure(
          file + " cannot be read (expected: certificates, PEM): see --ca and WEFT_CA: " + e, e);
    }
  }
}
