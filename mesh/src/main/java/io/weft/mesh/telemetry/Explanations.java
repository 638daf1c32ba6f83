package io.weft.mesh.telemetry;

import io.weft.mesh.MeshLimits;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * The latest calls of a node that were explained: up to {@link MeshLimits#EXPLANATIONS_MAX}, of
 * which the oldest makes room.
 *
 * <p>They are kept from their beginning, so that a call that hangs can be looked at. Safe for use
 * by many threads.
 */
public final class Explanations {
  private final Deque<Explanation> latest = new ArrayDeque<>();

  /** Creates a ring without any. */
  public Explanations() {}

  /** Keeps the explanation of a call that begins. */
  public synchronized void add(Explanation explanation) {
    if (latest.size() == MeshLimits.EXPLANATIONS_MAX) {
      latest.removeLast();
    }
    latest.addFirst(explanation);
  }

  /** Returns those that are kept, the latest first. */
  public synchronized List<Explanation> recent() {
    return List.copyOf(latest);
  }

  /**
   * Returns the calls of a trace that this node made, the first first.
   *
   * @param trace the trace's id: 32 hex digits
   */
  public List<Explanation> of(String trace) {
    var found = new ArrayList<Explanation>();
    for (var explanation : recent()) {
      if (explanation.trace().equals(trace)) {
        found.add(0, explanation);
      }
    }
    return found;
  }
}
