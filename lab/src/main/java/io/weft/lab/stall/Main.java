package io.weft.lab.stall;

import io.vertx.core.Future;
import io.vertx.core.VertxOptions;
import io.vertx.core.json.JsonObject;
import io.weft.lab.ChildProcess;
import io.weft.lab.LabException;
import io.weft.lab.LabNode;
import io.weft.lab.Patience;
import io.weft.lab.Ports;
import io.weft.mesh.MeshLimits;
import io.weft.mesh.bus.ClusterNode;
import io.weft.mesh.time.Rng;
import io.weft.mesh.time.Ticker;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Calls a peer at full speed while the peer's process is stopped and continued, and says what that
 * did to the caller's heap and calls.
 *
 * <p>The peer is the only endpoint, so that nothing can go elsewhere.
 */
public final class Main {
  private static final int WRONG = 1;
  private static final int NOT_RUN = 2;

  private final Duration stall;
  private final Counts counts = new Counts();
  private final Ticker ticker = Ticker.system();
  private final List<String> wrongs = new ArrayList<>();

  private Main(Duration stall) {
    this.stall = stall;
  }

  /** Runs it: {@code [--seconds N]}. */
  public static void main(String[] arguments) {
    try {
      System.exit(new Main(stall(arguments)).run());
    } catch (IllegalArgumentException | LabException e) {
      System.err.println("stall: " + e.getMessage());
      System.exit(NOT_RUN);
    }
  }

  private static Duration stall(String[] arguments) {
    if (arguments.length == 0) {
      return Duration.ofSeconds(StallLimits.SECONDS);
    }
    var given = String.join(" ", arguments);
    if (!given.matches("--seconds [0-9]{1,3}")) {
      throw new IllegalArgumentException(given + " (expected: --seconds N)");
    }
    int seconds = Integer.parseInt(arguments[1]);
    if (seconds < 1 || seconds > StallLimits.SECONDS_MAX) {
      throw new IllegalArgumentException(
          "seconds: " + seconds + " (expected: 1 to " + StallLimits.SECONDS_MAX + ")");
    }
    return Duration.ofSeconds(seconds);
  }

  private int run() {
    var cluster = "stall-" + Rng.system().uuid();
    int port = Ports.free();
    var peer = new ChildProcess("the peer", Peer.class, cluster, Integer.toString(port));
    Runtime.getRuntime().addShutdownHook(new Thread(() -> end(peer)));
    peer.ask(new JsonObject(), StallLimits.PATIENCE);
    var seeds = List.of(Ports.HOST + ":" + port);
    var settings = LabNode.settings("sender", cluster, Ports.free(), seeds);
    var node = await(ClusterNode.start(settings, new VertxOptions(), counts));
    var callers = new Callers(node.mesh(), counts);
    callers.start(node.vertx());
    measure(peer);
    callers.stop();
    await(node.stop());
    wrongs.forEach(wrong -> System.out.println("WRONG: " + wrong));
    return wrongs.isEmpty() ? 0 : WRONG;
  }

  private void measure(ChildProcess peer) {
    untilCallsGoThrough("the first");
    Patience.pause(StallLimits.STEADY);
    counts.clear();
    long before = mostHeap(StallLimits.STEADY);
    System.out.println("before: at most " + mebibytes(before) + ", " + counts);

    peer.signal("STOP");
    counts.clear();
    long first = mostHeap(stall.multipliedBy(2).dividedBy(3));
    // What may wait for a peer fills first: that much is allowed, and no more.
    judgeHeap("when the stall began", before + MeshLimits.OUTBOX_MAX_BYTES, first);
    long last = mostHeap(stall.dividedBy(3));
    judgeHeap("in the last third of the stall", before, last);
    System.out.println(
        "during: at most "
            + mebibytes(first)
            + ", in the last third "
            + mebibytes(last)
            + ", "
            + counts);
    judgeStall();

    counts.clear();
    peer.signal("CONT");
    long continued = ticker.nanos();
    untilCallsGoThrough("after the stall the first");
    long backMillis = (ticker.nanos() - continued) / 1_000_000;
    long after = settledHeap(before);
    System.out.println(
        "after: at most "
            + mebibytes(after)
            + ", calls again after "
            + backMillis
            + " ms, "
            + counts);
    judgeHeap("after the stall", before, after);
  }

  /** Looks at the heap again and again: the bodies in flight are never the same. */
  private long mostHeap(Duration period) {
    long end = ticker.nanos() + period.toNanos();
    long most = 0;
    while (ticker.nanos() < end) {
      Patience.pause(StallLimits.LOOK_INTERVAL);
      long used = liveHeap();
      System.out.println("  " + mebibytes(used) + ", " + counts);
      most = Math.max(most, used);
    }
    return most;
  }

  /**
   * Returns the most heap of a period in which it was back where it was before, or of the last one
   * that it has to get there: a slow machine merges the cluster and compiles for longer.
   */
  private long settledHeap(long before) {
    long most = Long.MAX_VALUE;
    for (int i = 0; i < StallLimits.SETTLE_PERIODS && exceeds(before, most); i++) {
      Patience.pause(StallLimits.STEADY);
      counts.clear();
      most = mostHeap(StallLimits.STEADY);
    }
    return most;
  }

  private static boolean exceeds(long allowed, long used) {
    return used > allowed * StallLimits.HEAP_RATIO_MAX;
  }

  private void judgeHeap(String when, long allowed, long used) {
    if (exceeds(allowed, used)) {
      wrongs.add(
          "heap "
              + when
              + ": "
              + mebibytes(used)
              + " (expected: at most "
              + mebibytes(Math.round(allowed * StallLimits.HEAP_RATIO_MAX))
              + ")");
    }
  }

  private void judgeStall() {
    if (counts.of(Counts.UNTYPED) > 0) {
      wrongs.add(counts.of(Counts.UNTYPED) + " calls failed otherwise than the mesh says");
    }
    double ratio = (double) counts.attempts() / Math.max(1, counts.calls());
    if (ratio > StallLimits.ATTEMPTS_RATIO_MAX) {
      wrongs.add(
          ratio + " attempts per call (expected: at most " + StallLimits.ATTEMPTS_RATIO_MAX + ")");
    }
  }

  private void untilCallsGoThrough(String which) {
    long end = ticker.nanos() + StallLimits.PATIENCE.toNanos();
    while (counts.ok() == 0) {
      if (ticker.nanos() > end) {
        throw new LabException(which + " call did not go through: " + counts);
      }
      Patience.pause(Duration.ofMillis(50));
    }
  }

  /** Returns what a collection left; what is allocated while this is asked does not count. */
  private static long liveHeap() {
    System.gc();
    long used = 0;
    for (var pool : ManagementFactory.getMemoryPoolMXBeans()) {
      if (pool.getType() == MemoryType.HEAP) {
        used += pool.getCollectionUsage().getUsed();
      }
    }
    return used;
  }

  private static String mebibytes(long bytes) {
    return Math.round(bytes * 10.0 / (1024 * 1024)) / 10.0 + " MiB";
  }

  private static <T> T await(Future<T> future) {
    return Patience.await("the sender", future, StallLimits.PATIENCE);
  }

  /** A stopped process ends by nothing but force. */
  private static void end(ChildProcess peer) {
    peer.kill();
    peer.close();
  }
}
