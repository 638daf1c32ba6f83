package io.weft.mesh.telemetry;

import java.util.Map;
import java.util.TreeMap;

/**
 * A reading of something that goes up and down, which a service takes of itself for the metrics of
 * its node.
 *
 * @param name as Prometheus shows it: {@code weft_…}, with its unit at the end
 * @param help what it tells, in a sentence without a full stop
 * @param labels what tells it apart from other readings of the same name: few values each
 */
public record Measure(String name, String help, Map<String, String> labels, double value) {
  /** Sorts the labels, so that all readings of one name have them in one order. */
  public Measure {
    labels = new TreeMap<>(labels);
  }
}
