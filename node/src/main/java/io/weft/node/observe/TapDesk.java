package io.weft.node.observe;

import io.vertx.core.Context;
import io.weft.mesh.ItemStream;
import io.weft.mesh.Operation;
import io.weft.mesh.telemetry.Outcome;
import io.weft.mesh.telemetry.TappedCall;
import io.weft.mesh.telemetry.Taps;
import io.weft.mesh.time.Timers;
import io.weft.node.NodeLimits;
import io.weft.routing.admin.api.NodeOperations;
import io.weft.routing.admin.api.TapQuery;
import io.weft.routing.admin.api.Tapped;
import io.weft.routing.admin.api.Tapped.Seen;
import java.util.ArrayList;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Shows the calls of this node to one reader, many at a time.
 *
 * <p>Calls end on every event loop; they wait in a queue of at most {@link
 * NodeLimits#TAP_WAITING_MAX} until the reader's own loop collects them, and are counted past it.
 */
final class TapDesk implements Taps.Listener {
  private static final String FAILED = "failed";

  private final String node;
  private final Timers timers;
  private final boolean failedOnly;
  private final boolean ownToo;
  private final Outlet<Tapped> outlet;
  private final Queue<TappedCall> seen = new ConcurrentLinkedQueue<>();
  private final AtomicInteger waiting = new AtomicInteger();
  private final AtomicLong dropped = new AtomicLong();
  private Runnable untap = () -> {};
  private boolean closed;

  private TapDesk(String node, Timers timers, Context context, boolean failedOnly, boolean ownToo) {
    this.node = node;
    this.timers = timers;
    this.failedOnly = failedOnly;
    this.ownToo = ownToo;
    outlet = new Outlet<>(context, NodeLimits.TAP_BATCHES_MAX, this::close);
  }

  /** Opens what a reader asks for, on a context. */
  static ItemStream<Tapped> open(
      String node, Taps taps, Timers timers, Context context, TapQuery query) {
    boolean failedOnly = FAILED.equals(query.outcome());
    // Who looks on would else see, most of all, that somebody looks on.
    boolean ownToo = query.service() != null || query.operation() != null;
    var desk = new TapDesk(node, timers, context, failedOnly, ownToo);
    desk.untap =
        taps.open(
            new Taps.Filter(
                query.service(),
                query.operation(),
                query.caller(),
                failedOnly ? null : query.outcome(),
                TimeUnit.MILLISECONDS.toMicros(query.slowerThanMillis())),
            desk);
    desk.collectLater();
    return desk.outlet;
  }

  private void close() {
    closed = true;
    untap.run();
  }

  @Override
  public void call(TappedCall call) {
    if (failedOnly && call.outcome() == Outcome.OK) {
      return;
    }
    if (!ownToo && NodeOperations.SERVICE.equals(Operation.serviceOf(call.operation()))) {
      return;
    }
    if (waiting.incrementAndGet() > NodeLimits.TAP_WAITING_MAX) {
      waiting.decrementAndGet();
      dropped.incrementAndGet();
    } else {
      seen.add(call);
    }
  }

  @Override
  public void dropped() {
    dropped.incrementAndGet();
  }

  private void collectLater() {
    timers.after(
        NodeLimits.TAP_INTERVAL,
        () -> {
          if (!closed) {
            collect();
            collectLater();
          }
        });
  }

  private void collect() {
    boolean first = true;
    while (outlet.roomy() && (first || !seen.isEmpty())) {
      first = false;
      var calls = new ArrayList<Seen>();
      for (var call = seen.poll(); call != null; call = seen.poll()) {
        waiting.decrementAndGet();
        calls.add(told(call));
        if (calls.size() == NodeLimits.TAP_BATCH_MAX) {
          break;
        }
      }
      long lost = dropped.getAndSet(0);
      if (calls.isEmpty() && lost == 0) {
        return;
      }
      outlet.offerHere(new Tapped(calls, lost));
    }
  }

  /** The id of an endpoint is its node, that node's incarnation and its instance there. */
  private Seen told(TappedCall call) {
    var parts = call.endpoint().split("/", 3);
    boolean tried = parts.length == 3;
    return new Seen(
        call.at(),
        node,
        call.caller(),
        call.operation(),
        tried ? parts[2] : "",
        tried ? parts[0] : "",
        call.outcome().label(),
        call.micros(),
        call.attempts(),
        call.trace(),
        call.principal());
  }
}
