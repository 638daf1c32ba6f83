package io.weft.mesh.bus;

import io.netty.channel.EventLoop;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.VertxInternal;
import io.weft.mesh.client.ClientStack;
import io.weft.mesh.discovery.Directory;
import io.weft.mesh.discovery.NodeRecord;
import io.weft.mesh.discovery.Place;
import io.weft.mesh.telemetry.Observation;
import io.weft.mesh.time.Time;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The lanes of a node, one per event loop, each with the client stack of its loop.
 *
 * <p>The set never changes; from any thread.
 */
final class Lanes {
  private final List<Lane> lanes = new ArrayList<>();
  private final Map<EventLoop, Lane> byLoop = new HashMap<>();
  private final Map<Lane, ClientStack> clients = new HashMap<>();

  /**
   * Creates the lanes of a node; none listens yet.
   *
   * @param instances finds an instance of this node by its id
   * @param directories who serves what, at present
   * @param observation where it is told what becomes of calls, and how they are made
   */
  Lanes(
      VertxInternal vertx,
      NodeRecord node,
      Time time,
      Function<String, @Nullable LocalInstance> instances,
      Supplier<Directory> directories,
      Observation observation) {
    var breakers = new BreakerLog(observation.decisions());
    // Vert.x hands its event loops out in turn: one that comes a second time was the last.
    var context = vertx.createEventLoopContext();
    while (!byLoop.containsKey(context.nettyEventLoop())) {
      int index = lanes.size();
      var lane =
          new Lane(
              index,
              node.id(),
              node.incarnation(),
              context,
              time,
              instances,
              nanos -> observation.telemetry().loopDelayed(index, nanos));
      lanes.add(lane);
      byLoop.put(context.nettyEventLoop(), lane);
      clients.put(
          lane,
          ClientStack.of(time, observation, directories, lane, Place.of(node), breakers.loop()));
      context = vertx.createEventLoopContext();
    }
  }

  int size() {
    return lanes.size();
  }

  /** Returns a lane by its number. */
  Lane at(int index) {
    return lanes.get(index);
  }

  /** Returns the lane on which the node looks after itself. */
  Lane control() {
    return lanes.get(0);
  }

  /** Returns the lane that a service's plain messages come in on: not all on one. */
  Lane ofMessages(String service) {
    return lanes.get(Math.floorMod(service.hashCode(), lanes.size()));
  }

  /** Returns the lane of a context's event loop. */
  Lane of(Context context) {
    var lane = byLoop.get(((ContextInternal) context).nettyEventLoop());
    return lane == null ? control() : lane;
  }

  /** Returns the client stack of a lane, for the lane's event loop. */
  ClientStack client(Lane lane) {
    var client = clients.get(lane);
    if (client == null) {
      throw new IllegalArgumentException("lane " + lane.index() + " is another node's");
    }
    return client;
  }

  /** Returns all lanes, by their number. */
  List<Lane> all() {
    return Collections.unmodifiableList(lanes);
  }

  Future<Void> open() {
    return Future.all(lanes.stream().map(Lane::open).toList()).mapEmpty();
  }

  Future<Void> close() {
    return Future.join(lanes.stream().map(Lane::close).toList()).mapEmpty();
  }

  /** Fails what is in flight to an incarnation that will not answer any more. */
  void lost(NodeRecord node, String why) {
    lanes.forEach(lane -> lane.run(() -> lane.lost(node.id(), node.incarnation(), why)));
  }

  /** Runs a task when the turn of an event loop that this is called in has ended. */
  void afterThisTurn(Runnable task) {
    for (var lane : lanes) {
      if (lane.context().nettyEventLoop().inEventLoop()) {
        lane.context().runOnContext(turn -> task.run());
        return;
      }
    }
    task.run();
  }

  /** Answers the closing of a connection to a node. */
  void broken(String node) {
    lanes.forEach(lane -> lane.run(() -> lane.broken(node)));
  }
}
