package io.weft.lab.call;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What people read. */
class ReportTest {
  @Test
  void theMeshIsComparedWithEachAtTheSameConcurrencyAndWithTheBestPeerOnly() {
    var text =
        print(
            figures("bare", 1, 1_000, 100),
            figures("bare", 64, 10_000, 400),
            figures("bare-1loop", 64, 20_000, 400),
            figures("weft", 64, 40_000, 100),
            figures("grpc", 64, 10_000, 50),
            figures("nats", 64, 16_000, 200));

    var ratios = text.substring(text.indexOf("weft against"));
    assertTrue(line(ratios, "bare ").endsWith("4.00x  0.25x"), ratios);
    assertTrue(line(ratios, "bare-1loop").endsWith("2.00x  0.25x"), ratios);
    assertTrue(line(ratios, "nats (best peer)").endsWith("2.50x  0.50x"), ratios);
    assertFalse(ratios.contains("grpc"), ratios);
  }

  @Test
  void figuresAreAlignedToTheRightAndGrouped() {
    assertEquals(
        """
        SYSTEM  CONCURRENCY     RPS  P50 us  P99 us  P99.9 us  CLIENT B/call  SERVER B/call  ERRORS
        bare              1   1,000      50     100       200            700          1,600       0
        bare            256  20,000      25      50       100            700          1,600       0
        """,
        print(figures("bare", 1, 1_000, 100), figures("bare", 256, 20_000, 50)));
  }

  @Test
  void thereIsNoRatioToNothing() {
    assertEquals("-", Report.times(1_000, 0));
    assertFalse(print(figures("weft", 1, 1_000, 100)).contains("against"));
  }

  private static String line(String text, String holding) {
    return text.lines().filter(line -> line.contains(holding)).findFirst().orElseThrow();
  }

  private static String print(Figures... figures) {
    var text = new StringWriter();
    var out = new PrintWriter(text);
    new Report(List.of(figures)).print(out);
    out.flush();
    return text.toString().replace(System.lineSeparator(), "\n");
  }

  private static Figures figures(String system, int concurrency, double rps, double p99Micros) {
    return new Figures(
        system, concurrency, rps, p99Micros / 2, p99Micros, p99Micros * 2, 700, 1_600, 0);
  }
}
