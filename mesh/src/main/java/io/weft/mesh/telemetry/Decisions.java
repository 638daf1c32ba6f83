package io.weft.mesh.telemetry;

import io.weft.mesh.MeshLimits;
import io.weft.mesh.telemetry.Decision.Kind;
import io.weft.mesh.time.WallClock;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The latest decisions of a node: up to {@link MeshLimits#DECISIONS_MAX}, of which the oldest makes
 * room. Each is a line of the log as well.
 *
 * <p>Whoever decides tells of it here, once; who decides often tells of the first and counts the
 * rest ({@link Sheds}). Safe for use by many threads.
 */
public final class Decisions implements Decision.Sink {
  private static final Logger LOG = LoggerFactory.getLogger(Decisions.class);

  private final String node;
  private final WallClock wall;
  private final Deque<Decision> latest = new ArrayDeque<>();
  private final Map<Kind, Long> counts = new EnumMap<>(Kind.class);
  private final List<Consumer<Decision>> listeners = new CopyOnWriteArrayList<>();

  /** Creates a ring without any. */
  public Decisions(String node, WallClock wall) {
    this.node = node;
    this.wall = wall;
  }

  @Override
  public void add(Kind kind, String subject, String why) {
    var decision = new Decision(wall.now(), node, kind, subject, shortened(why));
    LOG.atInfo()
        .addKeyValue("decision", kind.word())
        .addKeyValue("subject", subject)
        .log("{} of {}: {}", kind.word(), subject, decision.why());
    synchronized (this) {
      if (latest.size() == MeshLimits.DECISIONS_MAX) {
        latest.removeLast();
      }
      latest.addFirst(decision);
      counts.merge(kind, 1L, Long::sum);
    }
    listeners.forEach(listener -> listener.accept(decision));
  }

  private static String shortened(String why) {
    return why.length() <= MeshLimits.DECISION_MAX_CHARS
        ? why
        : why.substring(0, MeshLimits.DECISION_MAX_CHARS);
  }

  /**
   * Returns the latest, the latest first.
   *
   * @param limit how many at most
   */
  public synchronized List<Decision> latest(int limit) {
    var found = new ArrayList<Decision>();
    for (var decision : latest) {
      if (found.size() == limit) {
        break;
      }
      found.add(decision);
    }
    return found;
  }

  /** Returns how many there were of each kind since the start. */
  public synchronized Map<Kind, Long> counts() {
    return new EnumMap<>(counts);
  }

  /**
   * Tells somebody of each decision from now on, on the thread that decides: it must neither block
   * nor throw.
   *
   * @return takes the listener back
   * @throws IllegalStateException if {@link MeshLimits#DECISION_LISTENERS_MAX} listen already
   */
  public Runnable listen(Consumer<Decision> listener) {
    if (listeners.size() >= MeshLimits.DECISION_LISTENERS_MAX) {
      throw new IllegalStateException(
          listeners.size()
              + " listen to the decisions of node "
              + node
              + " (limit: "
              + MeshLimits.DECISION_LISTENERS_MAX
              + ")");
    }
    listeners.add(listener);
    return () -> listeners.remove(listener);
  }
}
