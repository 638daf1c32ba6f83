package io.weft.lab.edge;

import io.weft.lab.Arguments;
import io.weft.lab.LabException;
import io.weft.lab.Patience;
import io.weft.lab.ShippedNode;
import io.weft.lab.ShippedNodes;
import io.weft.lab.Table;
import io.weft.mesh.time.Ticker;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import picocli.CommandLine.Option;

/**
 * Attacks the HTTP port of a node as it is shipped, one way after the other, and says what it did.
 */
public final class Main {
  private static final String SCRIPT = "edge.sh";
  private static final int NOT_WELL = 1;
  private static final int NOT_RUN = 2;
  private static final long KIB = 1024;
  private static final long MIB = 1024 * KIB;

  @Option(names = "--seconds")
  private int seconds = EdgeLimits.SECONDS;

  private final Ticker ticker = Ticker.system();
  private final List<String> wrongs = new ArrayList<>();
  private final Table table =
      new Table(
          "attack",
          "connections",
          "closed",
          "sent KiB",
          "memory MiB",
          "held KiB each",
          "answers",
          "failed",
          "slowest ms");

  private Main() {}

  /** Runs it: {@code [--seconds N]}. */
  public static void main(String[] arguments) {
    try {
      System.exit(Arguments.read(new Main(), SCRIPT, arguments).run());
    } catch (LabException | IOException e) {
      System.err.println(SCRIPT + ": " + e.getMessage());
      System.exit(NOT_RUN);
    }
  }

  private int run() throws IOException {
    Arguments.inRange("--seconds", seconds, EdgeLimits.SECONDS_MAX);
    attack("off", Attack::overHttp1);
    attack("on", token -> Attack.overHttp2());
    var out = new PrintWriter(System.out, true, Charset.defaultCharset());
    table.print(out);
    wrongs.forEach(wrong -> out.println("! " + wrong));
    out.println(wrongs.isEmpty() ? "all well" : "not well");
    return wrongs.isEmpty() ? 0 : NOT_WELL;
  }

  private void attack(String h2c, Function<String, List<Attack>> attacks) throws IOException {
    try (var nodes = new ShippedNodes(1, "--http-h2c", h2c);
        var honest = new HonestClient(nodes.httpPorts().get(0), nodes.token())) {
      Patience.pause(EdgeLimits.WARM_UP);
      for (var attack : attacks.apply(nodes.token())) {
        honest.look();
        make(attack, nodes.node(0), nodes.httpPorts().get(0), honest);
      }
    }
  }

  private void make(Attack attack, ShippedNode node, int port, HonestClient honest)
      throws IOException {
    var footprint = new Footprint(node.pid());
    long before = footprint.liveHeapBytes();
    long resident = footprint.residentBytes();
    long held = 0;
    var attackers = new ArrayList<Attacker>();
    try {
      for (int i = 0; i < attack.connections(); i++) {
        attackers.add(new Attacker(attack, ticker, port));
      }
      long beginNanos = ticker.nanos();
      long lookNanos = beginNanos + Duration.ofSeconds(seconds).toNanos() / 2;
      long endNanos = beginNanos + Duration.ofSeconds(seconds).toNanos();
      while (ticker.nanos() < endNanos && attackers.stream().anyMatch(Attacker::open)) {
        turn(attackers);
        resident = Math.max(resident, footprint.residentBytes());
        if (held == 0 && ticker.nanos() >= lookNanos) {
          held = footprint.liveHeapBytes() - before;
        }
      }
      report(attack, attackers, held, resident, honest.look(), node);
    } finally {
      for (var attacker : attackers) {
        attacker.close();
      }
    }
  }

  private static void turn(List<Attacker> attackers) {
    boolean moved = false;
    for (var attacker : attackers) {
      moved |= attacker.turn();
    }
    if (!moved) {
      Patience.pause(Duration.ofMillis(1));
    }
  }

  private void report(
      Attack attack,
      List<Attacker> attackers,
      long held,
      long resident,
      HonestClient.Felt felt,
      ShippedNode node) {
    long closed = attackers.stream().filter(attacker -> !attacker.open()).count();
    long sent = attackers.stream().mapToLong(Attacker::sentBytes).sum();
    long each = Math.max(0, held) / attack.connections();
    table.row(
        attack.name(),
        "" + attack.connections(),
        "" + closed,
        "" + sent / KIB,
        "" + resident / MIB,
        "" + each / KIB,
        "" + felt.answered(),
        "" + felt.failed(),
        "%.0f".formatted(felt.slowestMillis()));
    wrongIf(!node.alive(), attack, "the node has ended");
    wrongIf(felt.failed() > 0, attack, felt.failed() + " honest requests failed (expected: 0)");
    wrongIf(felt.answered() == 0, attack, "no honest request was answered");
    wrongIf(
        resident > EdgeLimits.RESIDENT_MAX_BYTES, attack, "memory of " + resident / MIB + " MiB");
    wrongIf(each > EdgeLimits.PER_CONNECTION_MAX_BYTES, attack, each / KIB + " KiB a connection");
    wrongIf(
        attack.ends() && closed < attack.connections() && seconds >= EdgeLimits.SECONDS,
        attack,
        closed + " connections were closed (expected: all " + attack.connections() + ")");
  }

  private void wrongIf(boolean wrong, Attack attack, String what) {
    if (wrong) {
      wrongs.add(attack.name() + ": " + what);
    }
  }
}
