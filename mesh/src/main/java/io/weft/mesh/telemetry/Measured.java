package io.weft.mesh.telemetry;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * How long calls, attempts or runs of handlers took that have everything in common that is told
 * apart; what does not apply is empty.
 *
 * @param operation the operation's name
 * @param instance the instance of this node that ran them
 * @param caller the service, or else the node, that called
 * @param node the node of the endpoint that an attempt went to, or that a run was asked for from
 * @param outcome what became of them
 * @param latencies how many there were, and how long they took
 */
public record Measured(
    String operation,
    String instance,
    String caller,
    String node,
    Outcome outcome,
    Distribution latencies) {

  /** Returns this without what tells instances apart. */
  public Measured ofAnyInstance() {
    return new Measured(operation, "", caller, node, outcome, latencies);
  }

  /** Returns this without what tells callers apart. */
  public Measured ofAnyCaller() {
    return new Measured(operation, instance, "", "", outcome, latencies);
  }

  /** Returns this without what tells nodes apart. */
  public Measured ofAnyNode() {
    return new Measured(operation, instance, caller, "", outcome, latencies);
  }

  /**
   * Returns all as few, in the order in which they first come: those that nothing tells apart any
   * more are added up.
   *
   * @param less takes away what is not to be told apart
   */
  public static List<Measured> sum(Collection<Measured> all, UnaryOperator<Measured> less) {
    var parts = new LinkedHashMap<Measured, List<Distribution>>();
    for (var each : all) {
      var rest = less.apply(each);
      parts
          .computeIfAbsent(rest.with(Distribution.EMPTY), name -> new ArrayList<>())
          .add(rest.latencies());
    }
    var sums = new ArrayList<Measured>(parts.size());
    parts.forEach((name, added) -> sums.add(name.with(Distribution.sum(added))));
    return sums;
  }

  private Measured with(Distribution other) {
    return new Measured(operation, instance, caller, node, outcome, other);
  }
}
