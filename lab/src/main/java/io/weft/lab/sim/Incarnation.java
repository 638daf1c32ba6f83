package io.weft.lab.sim;

import io.vertx.circuitbreaker.CircuitBreakerState;
import io.weft.mesh.MeshLimits;
import io.weft.mesh.Request;
import io.weft.mesh.Step;
import io.weft.mesh.client.Transport;
import io.weft.mesh.discovery.Announcement;
import io.weft.mesh.discovery.Endpoint;
import io.weft.mesh.discovery.InstanceRecord;
import io.weft.mesh.discovery.NodeRecord;
import io.weft.mesh.discovery.NodeRecord.State;
import io.weft.mesh.discovery.Registry;
import io.weft.mesh.discovery.Site;
import io.weft.mesh.telemetry.Recorder;
import io.weft.mesh.telemetry.Telemetry;
import io.weft.mesh.time.Rng;
import io.weft.mesh.time.Time;
import io.weft.mesh.time.Timers;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One process: the real registry and stacks of a node, and its part in discovery.
 *
 * <p>That part does what {@code Discovery} in {@code mesh.bus} does, which needs an event bus: it
 * announces the node, writes its record, and tells the registry what it hears.
 */
final class Incarnation {
  private final World world;
  private final SimNode node;
  private final String id;
  private final Rng rng;
  private final Time time;
  private final Registry registry;
  private final SimTransport transport;
  private final Tally tally = new Tally();
  private final long bornNanos;
  private final Map<String, SimInstance> instances = new LinkedHashMap<>();
  private final Step client;
  private NodeRecord record;
  private @Nullable Site site;

  /** What the stacks say that they have done. */
  static final class Tally implements Telemetry {
    private long calls;
    private long attempts;

    @Override
    public Recorder calls(String operation) {
      return (outcome, nanos) -> calls++;
    }

    @Override
    public Recorder attempts(String operation, String node) {
      return (outcome, nanos) -> attempts++;
    }

    @Override
    public Recorder servings(String instance, String operation, String caller, String node) {
      return Recorder.NONE;
    }

    /** Returns how many calls have ended. */
    long calls() {
      return calls;
    }

    /** Returns how many attempts have ended. */
    long attempts() {
      return attempts;
    }
  }

  Incarnation(World world, SimNode node, int number) {
    this.world = world;
    this.node = node;
    bornNanos = world.nanos();
    id = String.valueOf(number);
    rng = world.rng(node.index() * 1_000L + number);
    time = new Time(node.clock(), this::after, rng, node.clock());
    registry = new Registry(node.id(), node.clock(), new Losses());
    transport = new SimTransport(world, this);
    record = record(State.STARTING, 1, List.of());
    var parts = world.parts();
    Transport carried = parts.transport(this);
    client =
        parts.client(
            this,
            parts.directories(this),
            (endpoint, request) -> {
              world.laws().attempted(this, request, endpoint);
              return carried.send(endpoint, request);
            });
  }

  SimNode node() {
    return node;
  }

  String id() {
    return id;
  }

  /** Returns when the process started. */
  long bornNanos() {
    return bornNanos;
  }

  /** Returns the id of the process as a member of the cluster. */
  String member() {
    return node.id() + "#" + id;
  }

  Rng rng() {
    return rng;
  }

  Time time() {
    return time;
  }

  Registry registry() {
    return registry;
  }

  SimTransport transport() {
    return transport;
  }

  Tally telemetry() {
    return tally;
  }

  /** Returns the steps that a call of this process takes. */
  Step client() {
    return client;
  }

  @Nullable SimInstance instance(String instance) {
    return instances.get(instance);
  }

  Iterable<SimInstance> instances() {
    return instances.values();
  }

  boolean alive() {
    return node.running() == this;
  }

  /** Runs a task on this process's event loop: now, after a pause, or never. */
  void run(Runnable task) {
    node.run(this, task);
  }

  /** Returns the endpoints that this process is in the eyes of others, once they know it. */
  List<Endpoint> endpoints() {
    return record.state() == State.SERVING
        ? record.instances().stream().map(instance -> Endpoint.of(record, instance)).toList()
        : List.of();
  }

  /** Goes on the site, and serves. */
  void start() {
    var view = world.cluster().join(this);
    site = view;
    view.listen(new Changes());
    registry.members(view.members());
    view.all().forEach(this::accept);
    registry.accept(record);
    every(Registry.TICK_INTERVAL, registry::tick);
    every(MeshLimits.ANNOUNCE_INTERVAL, this::announce);
    every(MeshLimits.REASSERT_INTERVAL, this::write);
    write();
    var served = world.settings().served(node.index());
    for (int i = 0; i < served; i++) {
      var instance = instanceRecord(i);
      instances.put(instance.id(), new SimInstance(world, this, instance));
    }
    var records = instances.values().stream().map(SimInstance::record).toList();
    change(record(State.SERVING, record.revision() + 1, records));
  }

  /** The connection to a process has closed: what was given to it may have been lost. */
  void closed(Incarnation other) {
    transport.lost(other.node().id(), other.id(), "the connection closed");
  }

  /** The breaker of an endpoint has changed its state. */
  void turned(Endpoint endpoint, CircuitBreakerState from, CircuitBreakerState to, String why) {
    world.laws().turned(this, endpoint, to);
  }

  private static InstanceRecord instanceRecord(int number) {
    return new InstanceRecord(
        World.SERVICE + "-" + number, World.SERVICE, "1", 0, 1, State.SERVING, World.OPERATIONS);
  }

  private NodeRecord record(State state, long revision, List<InstanceRecord> serving) {
    return new NodeRecord(
        node.id(),
        id,
        revision,
        member(),
        "site",
        "zone",
        "1",
        state,
        1,
        List.of(World.SERVICE),
        Map.of(),
        serving);
  }

  private void change(NodeRecord changed) {
    record = changed;
    registry.accept(changed);
    write();
  }

  private void write() {
    site().put(record).onSuccess(written -> announce());
  }

  private Site site() {
    if (site == null) {
      throw new IllegalStateException(member() + " is not on the site");
    }
    return site;
  }

  private void announce() {
    if (world.network().discoveryFrozen()) {
      return;
    }
    var announcement = new Announcement(node.id(), id, record.revision());
    for (var other : world.nodes()) {
      if (other != node) {
        world.network().send(node, other, process -> process.heard(announcement), () -> {});
      }
    }
  }

  private void heard(Announcement announcement) {
    world.laws().heard(this, announcement.node(), announcement.incarnation());
    if (!registry.heard(announcement)) {
      site().get(announcement.node()).ifPresent(this::accept);
      registry.heard(announcement);
    }
  }

  private void accept(NodeRecord other) {
    world.laws().met(this, other.id(), other.incarnation());
    registry.accept(other);
  }

  private void every(Duration interval, Runnable task) {
    after(
        interval,
        () -> {
          task.run();
          every(interval, task);
        });
  }

  /** Schedules on the clock of the host, whose seconds are not those of the world. */
  private Timers.Handle after(Duration delay, Runnable task) {
    long dueNanos = node.clock().nanos() + delay.toNanos();
    var timer = new Timer(task);
    var handle =
        world
            .time()
            .after(
                Duration.ofNanos(Math.max(0, node.clock().worldNanos(dueNanos) - world.nanos())),
                () -> node.run(this, timer));
    return () -> {
      handle.cancel();
      timer.cancelled = true;
    };
  }

  /** A task that can still be taken back while it waits for the end of a pause. */
  private static final class Timer implements Runnable {
    private final Runnable task;
    private boolean cancelled;

    Timer(Runnable task) {
      this.task = task;
    }

    @Override
    public void run() {
      if (!cancelled) {
        task.run();
      }
    }
  }

  /** What the registry says is answered as {@code BusMesh} answers it. */
  private final class Losses implements Registry.Events {
    @Override
    public void lost(NodeRecord other, String why) {
      world.log("lost", member(), other.member(), 0);
      transport.lost(other.id(), other.incarnation(), why);
    }

    @Override
    public void abandoned(NodeRecord other) {
      world.laws().forgotten(Incarnation.this, other.id());
      site().remove(other.id(), other.incarnation());
    }

    @Override
    public void doubted(NodeRecord other) {
      var host = world.node(other.id());
      if (host.running() == null || world.network().apart(node, host)) {
        long sinceNanos = time().ticker().nanos();
        after(
            SimLimits.CONNECT_TIMEOUT,
            () -> registry.unreachable(other.id(), other.incarnation(), sinceNanos));
      }
    }
  }

  private final class Changes implements Site.Listener {
    @Override
    public void put(NodeRecord other) {
      if (!other.id().equals(node.id())) {
        accept(other);
      }
    }

    @Override
    public void removed(String other) {
      if (other.equals(node.id())) {
        write();
      } else if (site().get(other).isEmpty()) {
        world.laws().forgotten(Incarnation.this, other);
        registry.removed(other);
      }
    }

    @Override
    public void membersChanged() {
      registry.members(site().members());
      site().all().forEach(Incarnation.this::accept);
      write();
    }
  }

  /** Makes a call. */
  void call(SimCall call, Request request) {
    world.laws().called(call);
    client.take(request).onComplete((reply, failure) -> world.laws().completed(call, failure));
  }
}
