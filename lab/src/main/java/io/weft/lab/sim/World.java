package io.weft.lab.sim;

import io.weft.mesh.MeshLimits;
import io.weft.mesh.time.Rng;
import io.weft.mesh.time.VirtualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A site of nodes in virtual time, single-threaded, and a function of its seed.
 *
 * <p>The nodes run the real registry, stacks and policies; what lies between them is simulated.
 * Every part has a source of chance of its own, so that what one of them draws changes nothing for
 * the others.
 */
final class World {
  /** The service that all calls go to. */
  static final String SERVICE = "users";

  /** Its query, and its command. */
  static final List<String> OPERATIONS = List.of("users.get", "users.reserve");

  /** The law that no part throws what nobody expects. */
  static final String NOTHING_THROWN = "nothing is thrown";

  /** What the sources of chance are told apart by; those of processes come after these. */
  private static final long FAULTS = -1;

  private static final long NETWORK = -2;
  private static final long CLUSTER = -3;
  private static final long CLOCKS = -4;
  private static final long WORLD = -5;

  private final long seed;
  private final Settings settings;
  private final Parts parts;
  private final VirtualTime time;
  private final EventLog log;
  private final Rng rng;
  private final Network network;
  private final Cluster cluster;
  private final Laws laws;
  private final Workload workload;
  private final Faults faults;
  private final List<SimNode> nodes = new ArrayList<>();
  private @Nullable Incarnation touched;
  private long steps;
  private boolean callersOnly;

  /**
   * Creates a world in which nothing runs yet.
   *
   * @param reader who is told of each event as it happens, or null
   */
  World(long seed, Settings settings, Parts parts, @Nullable Consumer<String> reader) {
    log = new EventLog(SimLimits.HISTORY, reader);
    this.seed = seed;
    this.settings = settings;
    this.parts = parts;
    time = new VirtualTime(seed);
    rng = rng(WORLD);
    network = new Network(time, rng(NETWORK), settings.nodes());
    cluster = new Cluster(this, rng(CLUSTER), settings.silence());
    laws = new Laws(this);
    workload = new Workload(this);
    faults = new Faults(this, rng(FAULTS));
    var clocks = rng(CLOCKS);
    for (int i = 0; i < settings.nodes(); i++) {
      double rate = 1 + (clocks.nextDouble() - 0.5) * SimLimits.CLOCK_RATE_SPREAD;
      long originNanos = clocks.nextLong() >> 8;
      nodes.add(new SimNode(this, i, new NodeClock(time, rate, originNanos)));
    }
  }

  /** Returns a source of chance that repeats itself from the world's seed. */
  Rng rng(long purpose) {
    return Rng.seeded(seed * 0x9E37_79B9_7F4A_7C15L + purpose * 0xD1B5_4A32_D192_ED03L);
  }

  Settings settings() {
    return settings;
  }

  Parts parts() {
    return parts;
  }

  VirtualTime time() {
    return time;
  }

  long nanos() {
    return time.nanos();
  }

  Network network() {
    return network;
  }

  Cluster cluster() {
    return cluster;
  }

  Laws laws() {
    return laws;
  }

  Workload workload() {
    return workload;
  }

  Faults faults() {
    return faults;
  }

  EventLog log() {
    return log;
  }

  /** Returns how many steps the world has taken. */
  long steps() {
    return steps;
  }

  List<SimNode> nodes() {
    return nodes;
  }

  /** Returns a node by its id. */
  SimNode node(String id) {
    return nodes.get(Integer.parseInt(id.substring(id.indexOf('-') + 1)));
  }

  /** Returns the processes that run. */
  List<Incarnation> processes() {
    return nodes.stream().map(SimNode::running).filter(Objects::nonNull).toList();
  }

  /** Takes note of an event. */
  void log(String what, String who, String whom, long number) {
    log.add(time.nanos(), what, who, whom, number);
  }

  /** Notes in which process the present step happens. */
  void touched(Incarnation process) {
    touched = process;
  }

  /** Lets no node that serves make calls. */
  void callersOnly() {
    callersOnly = true;
  }

  /** Starts a process on a node that has none, and lets it make its calls. */
  void begin(SimNode node) {
    if (node.running() == null) {
      var process = node.start();
      if (!callersOnly || settings.served(node.index()) == 0) {
        workload.begin(process);
      }
    }
  }

  /** Starts all nodes, one after the other, so that they do not announce themselves at once. */
  void begin() {
    cluster.watch();
    for (var node : nodes) {
      begin(node);
      pass(Duration.ofNanos((long) (rng.nextDouble() * MeshLimits.ANNOUNCE_INTERVAL.toNanos())));
    }
  }

  /** Returns how many processes make calls, when all run. */
  int calling() {
    return callersOnly ? settings.callers() : settings.nodes();
  }

  /** Returns how long a host takes to close the connections of a process that died. */
  Duration closeDelay() {
    return Duration.ofNanos((long) (rng.nextDouble() * SimLimits.CLOSE_DELAY_MAX.toNanos()));
  }

  /** Takes note that a process died; the others see their connections to it close, or do not. */
  void ended(Incarnation dead, boolean silently) {
    cluster.ended(dead, silently);
    if (!silently) {
      for (var other : processes()) {
        if (!network.apart(dead.node(), other.node())) {
          time.after(closeDelay(), () -> other.run(() -> other.closed(dead)));
        }
      }
    }
  }

  /**
   * Lets time pass, step by step, each followed by a look at all laws.
   *
   * @throws Violation if a law is broken, or if anything is thrown
   */
  void pass(Duration duration) {
    long untilNanos = time.nanos() + duration.toNanos();
    boolean more = true;
    while (more) {
      more = step(untilNanos);
    }
    time.advance(Duration.ofNanos(untilNanos - time.nanos()));
  }

  private boolean step(long untilNanos) {
    touched = null;
    boolean stepped;
    try {
      stepped = time.runNext(untilNanos);
    } catch (RuntimeException | Error thrown) {
      throw new Violation(NOTHING_THROWN, thrown);
    }
    if (stepped) {
      steps++;
      laws.afterStep(touched);
    }
    obey();
    return stepped;
  }

  /** Ends the world if a law is broken. */
  void obey() {
    var broken = laws.broken();
    if (broken != null) {
      throw broken;
    }
  }
}
