package io.weft.lab.chaos;

import io.weft.lab.LabException;
import io.weft.lab.Patience;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Network namespaces, one for each process, joined by a router in another: what the router drops is
 * lost without a word, in one direction or both. All of them vanish with their processes. Needs
 * root, and a process that is in a namespace of its own already. For one thread.
 */
final class Network implements AutoCloseable {
  /** What runs a program in a network namespace of its own. */
  static final List<String> OWN = List.of("unshare", "--net");

  private static final String SUBNET = "10.77.";
  private static final int SELF = 0;
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final Process router;
  private final List<Process> hosts = new ArrayList<>();
  private final List<List<String>> cuts = new ArrayList<>();

  /** Starts the router. */
  Network() {
    router = kept();
    run(in(router.pid(), "sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward"));
  }

  private static Process kept() {
    try {
      var command = new ArrayList<>(OWN);
      command.add("cat"); // It ends with its standard input, and thus with this process.
      var process = new ProcessBuilder(command).start();
      Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
      untilApart(process.pid());
      return process;
    } catch (IOException e) {
      throw new LabException("unshare cannot be run (Debian: util-linux): " + e.getMessage(), e);
    }
  }

  /** Makes a place for several processes, as a host is one, and returns what runs them there. */
  List<String> host(int place) {
    var host = kept();
    hosts.add(host);
    join(place, host.pid());
    return in(host.pid());
  }

  /** Returns the address of a place. */
  static String address(int place) {
    return SUBNET + place + ".2";
  }

  /** Gives this process a place, and returns its address. */
  String attachSelf() {
    return join(SELF, ProcessHandle.current().pid());
  }

  /** Gives a process in its own namespace a place, and returns its address. */
  String attach(int place, long pid) {
    untilApart(pid);
    return join(place, pid);
  }

  private String join(int place, long pid) {
    var cable = "weft" + place;
    var gateway = SUBNET + place + ".1";
    router("ip", "link", "add", cable, "type", "veth", "peer", "name", "weft", "netns", "" + pid);
    router("ip", "addr", "add", gateway + "/24", "dev", cable);
    router("ip", "link", "set", cable, "up");
    run(in(pid, "ip", "link", "set", "lo", "up"));
    run(in(pid, "ip", "addr", "add", address(place) + "/24", "dev", "weft"));
    run(in(pid, "ip", "link", "set", "weft", "up"));
    run(in(pid, "ip", "route", "add", "default", "via", gateway));
    return address(place);
  }

  /** Drops all that comes from a place. */
  void cutFrom(int place) {
    cut(List.of("from", address(place), "blackhole"));
  }

  /** Drops all that goes to a place. */
  void cutTo(int place) {
    cut(List.of("to", address(place), "blackhole"));
  }

  /** Drops all that goes from one place to another; the other way it goes on. */
  void cutFromTo(int from, int to) {
    cut(List.of("from", address(from), "to", address(to), "blackhole"));
  }

  private void cut(List<String> rule) {
    router(rule("add", rule));
    cuts.add(rule);
  }

  /** Drops nothing any more of what goes from one place to another. */
  void healFromTo(int from, int to) {
    var rule = List.of("from", address(from), "to", address(to), "blackhole");
    if (cuts.remove(rule)) {
      router(rule("del", rule));
    }
  }

  /** Drops nothing any more. */
  void heal() {
    cuts.forEach(rule -> router(rule("del", rule)));
    cuts.clear();
  }

  private static String[] rule(String what, List<String> rule) {
    var command = new ArrayList<>(List.of("ip", "rule", what));
    command.addAll(rule);
    return command.toArray(String[]::new);
  }

  private void router(String... command) {
    run(in(router.pid(), command));
  }

  /** A program that was just started by {@link #OWN} is in the namespace of its parent first. */
  private static void untilApart(long pid) {
    var self = namespace(ProcessHandle.current().pid());
    Patience.until(
        "a process has its own network",
        PATIENCE,
        ChaosLimits.LOOK_INTERVAL,
        () -> !namespace(pid).equals(self));
  }

  private static Path namespace(long pid) {
    try {
      return Files.readSymbolicLink(Path.of("/proc", Long.toString(pid), "ns", "net"));
    } catch (IOException e) {
      throw new LabException("process " + pid + " has ended: " + e.getMessage(), e);
    }
  }

  private static List<String> in(long pid, String... command) {
    var all = new ArrayList<>(List.of("nsenter", "--net=/proc/" + pid + "/ns/net"));
    all.addAll(List.of(command));
    return all;
  }

  private static void run(List<String> command) {
    try {
      var process = new ProcessBuilder(command).redirectErrorStream(true).start();
      var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (!process.waitFor(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
          || process.exitValue() != 0) {
        throw new LabException(String.join(" ", command) + ": " + output.strip());
      }
    } catch (IOException e) {
      throw new LabException(command.get(0) + " cannot be run: " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LabException(command.get(0) + ": interrupted", e);
    }
  }

  @Override
  public void close() {
    hosts.forEach(Network::end);
    end(router);
  }

  private static void end(Process process) {
    process.destroyForcibly();
    process.onExit().join();
  }
}
