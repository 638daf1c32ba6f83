package io.weft.mesh.client;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

/** The percentiles of the latest attempts. */
class LatenciesTest {
  private final Latencies latencies = new Latencies();

  @Test
  void nothingIsKnownBeforeThereAreEnough() {
    record(1, Latencies.REFRESH - 1);
    assertEquals(Latencies.UNKNOWN, latencies.nanosAt(0.5));
    record(1, 1);
    assertEquals(1, latencies.nanosAt(0.5));
  }

  @Test
  void aPercentileIsTheLeastThatItsShareDoesNotExceed() {
    for (int i = 128; i >= 1; i--) {
      latencies.record(i);
    }
    assertEquals(64, latencies.nanosAt(0.5));
    assertEquals(122, latencies.nanosAt(0.95));
    assertEquals(127, latencies.nanosAt(0.99));
    assertEquals(128, latencies.nanosAt(1));
    assertEquals(1, latencies.nanosAt(0.000_1));
  }

  @Test
  void onlyTheLatestCountHoweverManyThereWere() {
    record(1_000, 100 * Latencies.REFRESH);
    record(5, Latencies.KEPT);
    assertEquals(5, latencies.nanosAt(1));
    record(7, Latencies.REFRESH);
    assertEquals(5, latencies.nanosAt(0.5));
    assertEquals(7, latencies.nanosAt(1));
  }

  private void record(long nanos, int times) {
    for (int i = 0; i < times; i++) {
      latencies.record(nanos);
    }
  }
}
