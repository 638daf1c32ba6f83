package io.weft.lab.hostile;

import io.vertx.core.Context;
import io.weft.lab.Say;
import io.weft.mesh.MeshFailure;
import io.weft.mesh.bus.ClusterNode;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;

/** A steady trickle of calls from one node to another, and what became of them. */
final class HonestCalls {
  private final ClusterNode node;
  private final Context context;
  private final AtomicLong answered = new AtomicLong();
  private final AtomicLong wrong = new AtomicLong();
  private final AtomicLong slowestNanos = new AtomicLong();
  private final Map<String, Long> failures = new TreeMap<>();
  private long number;
  private volatile boolean over;

  /** Begins to call, and calls until {@link #end}. */
  HonestCalls(ClusterNode node) {
    this.node = node;
    context = node.vertx().getOrCreateContext();
    context.runOnContext(begun -> call());
  }

  void end() {
    over = true;
  }

  long answered() {
    return answered.get();
  }

  /** Returns how many answers were to another question. */
  long wrong() {
    return wrong.get();
  }

  long slowestMillis() {
    return slowestNanos.get() / 1_000_000;
  }

  /** Returns how many calls failed, by the name of the failure. */
  Map<String, Long> failures() {
    synchronized (failures) {
      return new TreeMap<>(failures);
    }
  }

  /** Returns how many calls failed otherwise than the mesh says that calls fail. */
  long untyped() {
    return failures().entrySet().stream()
        .filter(each -> each.getKey().startsWith("!"))
        .mapToLong(Map.Entry::getValue)
        .sum();
  }

  private void call() {
    if (over) {
      return;
    }
    long asked = ++number;
    long begin = node.time().ticker().nanos();
    node.mesh()
        .call(Target.ASK, Say.numbered(asked))
        .onComplete(
            (said, failure) -> {
              long nanos = node.time().ticker().nanos() - begin;
              slowestNanos.accumulateAndGet(nanos, Math::max);
              if (failure != null) {
                failed(failure);
              } else if (said.number() != asked) {
                wrong.incrementAndGet();
              } else {
                answered.incrementAndGet();
              }
            });
    node.time().timers().after(HostileLimits.CALL_INTERVAL, this::call);
  }

  private void failed(Throwable failure) {
    var kind = failure instanceof MeshFailure mesh ? mesh.kind() : "!" + failure.getClass();
    synchronized (failures) {
      failures.merge(kind, 1L, Long::sum);
    }
  }
}
