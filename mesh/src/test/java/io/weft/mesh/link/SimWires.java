package io.weft.mesh.link;

import io.vertx.core.Future;
import io.weft.mesh.time.VirtualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The way from an edge to a hub in virtual time: each time that it is dialled, another wire. */
final class SimWires implements Dialer {
  /** How long a message takes. */
  static final Duration DELAY = Duration.ofMillis(10);

  final List<SimWire> all = new ArrayList<>();
  private final VirtualTime time;
  private HubLinks hub;

  SimWires(VirtualTime time) {
    this.time = time;
  }

  /** Leads to a hub from now on. */
  void to(HubLinks other) {
    hub = other;
  }

  @Override
  public Future<LinkSocket> dial() {
    var wire = new SimWire(time, DELAY);
    all.add(wire);
    hub.accept(wire.hub);
    return Future.succeededFuture(wire.edge);
  }

  /** Returns the present wire. */
  SimWire last() {
    return all.get(all.size() - 1);
  }

  /** Runs a task at the end of the present turn. */
  void soon(Runnable task) {
    time.after(Duration.ZERO, task);
  }
}
