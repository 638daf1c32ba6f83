package io.weft.mesh.pki;

import io.weft.mesh.telemetry.Measure;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Collection;
import java.util.Map;

/** Until when the certificates of ports are good, as the metrics and the doctor tell it. */
public final class Expiry {
  /** The name of the metric; its label is {@code port}. */
  public static final String METRIC = "weft_certificate_expiry_timestamp_seconds";

  private Expiry() {}

  /** Returns when the first certificate of a chain to expire is not good any more. */
  public static Instant of(Collection<? extends Certificate> chain) {
    return chain.stream()
        .map(each -> ((X509Certificate) each).getNotAfter().toInstant())
        .min(Instant::compareTo)
        .orElseThrow(() -> new IllegalArgumentException("no certificate (expected: one or more)"));
  }

  /**
   * Returns it as a reading.
   *
   * @param port whose certificate it is: {@code http}, {@code admin}, {@code bridge}, {@code bus}
   */
  public static Measure measure(String port, Instant expires) {
    return new Measure(
        METRIC,
        "When the certificate that a port shows expires",
        Map.of("port", port),
        expires.getEpochSecond());
  }
}
