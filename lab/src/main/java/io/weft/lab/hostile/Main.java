package io.weft.lab.hostile;

import io.vertx.core.Future;
import io.vertx.core.VertxOptions;
import io.weft.lab.LabException;
import io.weft.lab.LabNode;
import io.weft.lab.Patience;
import io.weft.lab.Ports;
import io.weft.mesh.bus.ClusterNode;
import io.weft.mesh.discovery.NodeRecord;
import io.weft.mesh.telemetry.Telemetry;
import io.weft.mesh.time.Rng;
import io.weft.mesh.time.Ticker;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Sends hostile frames to the live bus port of a node over TCP, while another node calls it, and
 * says what that did to the node's heap, log and calls.
 */
public final class Main {
  private static final int WRONG = 1;
  private static final int NOT_RUN = 2;
  private static final double MIB = 1024.0 * 1024.0;

  private final Ticker ticker = Ticker.system();
  private final List<String> wrongs = new ArrayList<>();
  private final int frames;
  private final long seed;

  private Main(int frames, long seed) {
    this.frames = frames;
    this.seed = seed;
  }

  /** Runs it: {@code [--frames N] [--seed N]}. */
  public static void main(String[] arguments) {
    try {
      System.exit(of(arguments).run());
    } catch (IllegalArgumentException | IOException | LabException e) {
      System.err.println("hostile.sh: " + e.getMessage());
      System.exit(NOT_RUN);
    } catch (RuntimeException e) { // Of this program itself: the node's threads would go on.
      System.err.println("hostile.sh: a fault of its own");
      e.printStackTrace();
      System.exit(NOT_RUN);
    }
  }

  private static Main of(String[] arguments) {
    int frames = HostileLimits.FRAMES;
    long seed = 1;
    for (int i = 0; i < arguments.length; i += 2) {
      var value = i + 1 < arguments.length ? arguments[i + 1] : "";
      if (!value.matches("[0-9]{1,9}")) {
        throw new IllegalArgumentException(
            arguments[i] + ": \"" + value + "\" (expected: a number)");
      }
      switch (arguments[i]) {
        case "--frames" -> frames = Integer.parseInt(value);
        case "--seed" -> seed = Long.parseLong(value);
        default -> throw new IllegalArgumentException(arguments[i] + ": see --help");
      }
    }
    if (frames < 1 || frames > HostileLimits.FRAMES_MAX) {
      throw new IllegalArgumentException(
          "--frames: " + frames + " (expected: 1 to " + HostileLimits.FRAMES_MAX + ")");
    }
    return new Main(frames, seed);
  }

  private int run() throws IOException {
    var cluster = "hostile-" + Rng.system().uuid();
    int port = Ports.free();
    try (var target = new TargetProcess(cluster, port)) {
      var seeds = List.of("127.0.0.1:" + port);
      var settings = LabNode.settings("caller", cluster, Ports.free(), seeds);
      var node = await(ClusterNode.start(settings, new VertxOptions(), Telemetry.NONE));
      await(node.ready());
      until("the target serves", Duration.ofSeconds(30), () -> record(node).isServing());
      var calls = new HonestCalls(node);
      until(
          "honest calls",
          Duration.ofMinutes(2),
          () -> calls.answered() >= HostileLimits.WARM_CALLS);
      attack(target, node, calls);
      calls.end();
      await(node.stop());
    }
    wrongs.forEach(wrong -> System.out.println("! " + wrong));
    System.out.println(wrongs.isEmpty() ? "all well" : "not well");
    return wrongs.isEmpty() ? 0 : WRONG;
  }

  /** What is known of the target. */
  private record Known(@Nullable NodeRecord record) {
    boolean isServing() {
      return record != null && record.serving("hostile") == 1;
    }
  }

  private static Known record(ClusterNode node) {
    return new Known(
        node.mesh().nodes().stream()
            .filter(each -> each.id().equals(Target.NAME))
            .findFirst()
            .orElse(null));
  }

  private void attack(TargetProcess target, ClusterNode node, HonestCalls calls)
      throws IOException {
    var record = record(node).record();
    if (record == null) {
      throw new IOException("the target is not on the site any more");
    }
    var address = String.valueOf(record.addresses().get("bus"));
    int busPort = Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
    var source =
        new HostileFrames(
            seed, record.incarnation(), "caller", node.mesh().nodes().get(0).incarnation());
    long before = target.heap();
    System.out.printf("before: heap %.1f MiB, %d honest calls%n", before / MIB, calls.answered());
    int envelopes = frames / HostileLimits.ENVELOPE_ONE_IN;
    try (var attacker = new Attacker(busPort, "weft.target.0")) {
      phase("frames", target, calls, before, () -> bodies(attacker, source, frames));
      unended(attacker, target);
      envelopes(attacker, source, envelopes, target);
    }
  }

  private interface Sending {
    int send() throws IOException;
  }

  private void phase(
      String name, TargetProcess target, HonestCalls calls, long before, Sending sending)
      throws IOException {
    long beginLines = target.lines();
    long beginBytes = target.logged();
    long beginAnswered = calls.answered();
    long beginNanos = ticker.nanos();
    int sent = sending.send();
    double seconds = (ticker.nanos() - beginNanos) / 1e9;
    long peak = target.heap();
    long after = settled(target, before);
    long lines = target.lines() - beginLines;
    double all = (ticker.nanos() - beginNanos) / 1e9;
    System.out.printf(
        "%s: %,d in %.1f s (%,.0f/s); heap %.1f MiB right after, %.1f MiB settled (%+.1f %%)%n",
        name,
        sent,
        seconds,
        sent / seconds,
        peak / MIB,
        after / MIB,
        100.0 * (after - before) / before);
    System.out.printf(
        "  honest calls: %,d answered, failed %s, wrong answers %d, slowest %d ms%n",
        calls.answered() - beginAnswered, calls.failures(), calls.wrong(), calls.slowestMillis());
    System.out.printf("  log: %,d lines, %,d bytes%n", lines, target.logged() - beginBytes);
    check(target.alive(), "the node exited:\n" + target.firstLines());
    check(
        after <= before * (1 + HostileLimits.HEAP_GROWTH_MAX),
        name + ": heap of " + after + " bytes (expected: at most 10 % over " + before + ")");
    check(calls.untyped() == 0, name + ": calls failed without a type: " + calls.failures());
    check(calls.wrong() == 0, name + ": calls got the answer to another");
    check(calls.answered() > beginAnswered, name + ": no honest call was answered");
    double allowed =
        HostileLimits.LINES_PER_INTERVAL_MAX * (1 + all / HostileLimits.LINES_INTERVAL.toSeconds());
    check(
        lines <= allowed,
        name + ": " + lines + " lines logged (expected: at most " + (long) allowed + ")");
  }

  private void check(boolean holds, String wrong) {
    if (!holds) {
      wrongs.add(wrong);
    }
  }

  private static int bodies(Attacker attacker, HostileFrames source, int count) throws IOException {
    int sent = 0;
    while (sent < count) {
      var batch = source.batch(Math.min(HostileLimits.BATCH_FRAMES, count - sent));
      for (var frame : batch) {
        attacker.send(attacker.message(frame));
      }
      sent += batch.size();
    }
    attacker.flush();
    return sent;
  }

  /**
   * Shows what Vert.x does with messages that it cannot read; not judged, as it is not ours. See
   * docs/decisions/0010.
   */
  private void envelopes(Attacker attacker, HostileFrames source, int count, TargetProcess target)
      throws IOException {
    long beginLines = target.lines();
    long beginNanos = ticker.nanos();
    int sent = 0;
    String end = "";
    try {
      while (sent < count && target.alive()) {
        var some = new ArrayList<byte[]>();
        int most = Math.min(HostileLimits.ENVELOPES_PER_CONNECTION, count - sent);
        for (int i = 0; i < most; i++) {
          some.add(source.flippedHead(attacker.message(source.whole())));
        }
        attacker.sendApart(some);
        sent += some.size();
      }
      end = "heap %.1f MiB".formatted(target.heap() / MIB);
    } catch (IOException | LabException e) {
      end = String.valueOf(e.getMessage());
    }
    System.out.printf(
        "not judged: %,d messages with a mutated envelope in %.1f s: %,d lines logged; %s%n",
        sent, (ticker.nanos() - beginNanos) / 1e9, target.lines() - beginLines, end);
  }

  /** Shows what Vert.x does with a length that is never reached; not judged, as it is not ours. */
  private void unended(Attacker attacker, TargetProcess target) throws IOException {
    long before = target.heap();
    long during = 0;
    try (var socket = attacker.unended(HostileLimits.UNENDED_BYTES)) {
      for (int looks = 0; looks < HostileLimits.UNENDED_LOOKS; looks++) {
        during = Math.max(during, target.heap());
      }
      check(socket.isConnected(), "the connection was not made");
    }
    System.out.printf(
        "not judged: a message of 2 GiB of which %.0f MiB come: heap %.1f MiB before, %.1f MiB"
            + " meanwhile%n",
        HostileLimits.UNENDED_BYTES / MIB, before / MIB, during / MIB);
  }

  /** Returns the heap when it is back where it was, or when it has had its time. */
  private long settled(TargetProcess target, long before) {
    long endNanos = ticker.nanos() + HostileLimits.SETTLE_MAX.toNanos();
    long heap = target.heap();
    while (heap > before * (1 + HostileLimits.HEAP_GROWTH_MAX) && ticker.nanos() - endNanos < 0) {
      Patience.pause(HostileLimits.LOOK_INTERVAL);
      heap = target.heap();
    }
    return heap;
  }

  private static void until(String what, Duration patience, BooleanSupplier condition) {
    Patience.until(what, patience, HostileLimits.CALL_INTERVAL, condition);
  }

  private static <T> T await(Future<T> future) {
    return Patience.await("the caller", future, HostileLimits.ANSWER_MAX);
  }
}
