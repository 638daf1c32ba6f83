package io.weft.lab.sim;

import io.weft.mesh.discovery.Endpoint;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is counted up is counted down again: after every step as many attempts and calls are open by
 * the stack's own count as there are, and in the end nothing is in flight, runs, waits or pends.
 */
final class CounterLaw extends Law {
  static final String NAME = "counters return to zero";

  private final World world;
  private final Map<Incarnation, Counts> counts = new HashMap<>();

  private static final class Counts {
    private long calls;
    private long ended;
    private long attempts;
  }

  CounterLaw(World world) {
    this.world = world;
  }

  @Override
  public void called(SimCall call) {
    of(call.caller()).calls++;
  }

  @Override
  public void completed(SimCall call, @Nullable Throwable failure) {
    of(call.caller()).ended++;
  }

  @Override
  public void attempted(Incarnation by, SimCall call, Endpoint endpoint) {
    of(by).attempts++;
  }

  @Override
  public void afterStep(@Nullable Incarnation touched) {
    if (touched == null) {
      return;
    }
    var seen = counts.get(touched);
    if (seen != null) {
      equal(
          touched,
          "attempts in flight",
          seen.attempts - touched.telemetry().attempts(),
          touched.transport().pending());
      equal(
          touched, "calls open", seen.calls - touched.telemetry().calls(), seen.calls - seen.ended);
    }
  }

  @Override
  public void atEnd() {
    for (var process : world.processes()) {
      var transport = process.transport();
      equal(process, "attempts pending", transport.pending(), 0);
      equal(process, "deadlines kept", transport.deadlines(), 0);
      equal(process, "requests served", transport.serving(), 0);
      for (var instance : process.instances()) {
        equal(process, "instances not idle", instance.idle() ? 0 : 1, 0);
      }
    }
  }

  private Counts of(Incarnation process) {
    return counts.computeIfAbsent(process, p -> new Counts());
  }

  private static void equal(Incarnation process, String what, long counted, long expected) {
    if (counted != expected) {
      throw new Violation(
          NAME,
          what + " at " + process.member() + ": " + counted + " (expected: " + expected + ")");
    }
  }
}
