package io.weft.node.observe;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** The table of metrics says what the code says; whole nodes are asked in NodeTest. */
class MetricsDocumentTest {
  @Test
  void eachMetricOfTheMeshIsARowWithItsTypeItsLabelsAndItsMeaning() throws Exception {
    var documented = MetricsDocument.documented();
    var meanings = MetricsDocument.meanings();
    for (var metric : Scrape.ALL) {
      assertEquals(
          new MetricsDocument.Shape(metric.type().word(), new TreeSet<>(metric.labels())),
          documented.get(metric.name()),
          metric.name());
      assertEquals(metric.help(), meanings.get(metric.name()));
    }
    // In the same order, so that a reader of either finds the other; services' own come last.
    var names = new ArrayList<>(documented.keySet());
    assertEquals(
        Scrape.ALL.stream().map(Metric::name).toList(), names.subList(0, Scrape.ALL.size()));
  }
}
