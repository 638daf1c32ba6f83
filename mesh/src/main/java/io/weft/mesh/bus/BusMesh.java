package io.weft.mesh.bus;

import io.netty.channel.EventLoop;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.VertxInternal;
import io.weft.mesh.Call;
import io.weft.mesh.CallOptions;
import io.weft.mesh.Deadline;
import io.weft.mesh.Mesh;
import io.weft.mesh.MeshFailure;
import io.weft.mesh.MeshFailure.Unknown;
import io.weft.mesh.MeshLimits;
import io.weft.mesh.Operation;
import io.weft.mesh.Reply;
import io.weft.mesh.Request;
import io.weft.mesh.Step;
import io.weft.mesh.Traces;
import io.weft.mesh.client.ClientStack;
import io.weft.mesh.discovery.Announcement;
import io.weft.mesh.discovery.InMemorySite;
import io.weft.mesh.discovery.InstanceRecord;
import io.weft.mesh.discovery.NodeRecord;
import io.weft.mesh.discovery.NodeRecord.State;
import io.weft.mesh.discovery.Registry;
import io.weft.mesh.discovery.Site;
import io.weft.mesh.telemetry.Telemetry;
import io.weft.mesh.time.Time;
import io.weft.mesh.wire.JsonCodec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The mesh over the event bus of a Vert.x instance.
 *
 * <p>Every event loop has a lane and a client stack of its own, which share nothing. Discovery
 * lives on the loop of lane 0, the control loop, and hands out immutable pictures of the site.
 */
public final class BusMesh implements Mesh {
  private static final Logger LOG = LoggerFactory.getLogger(BusMesh.class);
  private static final String ANNOUNCEMENTS = "weft.announcements";
  private static final int WEIGHT_DEFAULT = 1;

  private final VertxInternal vertx;
  private final Time time;
  private final Telemetry telemetry;
  private final Site site;
  private final NodeRecord identity;
  private final List<Lane> lanes = new ArrayList<>();
  private final Map<EventLoop, Lane> laneByLoop = new HashMap<>();
  private final Map<Lane, Step> clients = new HashMap<>();
  private final Map<String, LocalInstance> instances = new ConcurrentHashMap<>();
  private final Map<InstanceKey, LocalInstance> instanceByVerticle = new ConcurrentHashMap<>();
  private final AtomicInteger instanceCount = new AtomicInteger();
  private final Registry registry;
  private final OwnRecord own;
  private @Nullable MessageConsumer<Buffer> announcements;
  private volatile boolean closed;

  private record InstanceKey(ContextInternal context, String service) {}

  /**
   * Creates a mesh that is not on the site yet.
   *
   * @param identity the node's record; its lanes and instances are filled in here
   */
  BusMesh(Vertx vertx, NodeRecord identity, Site site, Time time, Telemetry telemetry) {
    this.vertx = (VertxInternal) vertx;
    this.site = site;
    this.time = time;
    this.telemetry = telemetry;
    this.registry = new Registry(identity.id(), time.ticker(), new Losses());
    makeLanes(identity);
    this.identity = withLanes(identity, lanes.size());
    own = new OwnRecord(this.identity, site, registry, this::announce);
  }

  /** Returns a mesh of one node, on a Vert.x that need not be clustered. */
  public static Mesh local(Vertx vertx) {
    return local(vertx, "local");
  }

  /** Returns a mesh of one node with a name, on a Vert.x that need not be clustered. */
  public static Mesh local(Vertx vertx, String node) {
    var time = Time.of(vertx);
    var identity =
        new NodeRecord(
            node,
            time.rng().uuid().toString(),
            1,
            node,
            "local",
            "local",
            "local",
            State.SERVING,
            0,
            List.of(),
            Map.of(),
            List.of());
    var mesh = new BusMesh(vertx, identity, new InMemorySite(), time, Telemetry.NONE);
    mesh.open().onFailure(failure -> LOG.error("The mesh of node {} did not open", node, failure));
    return mesh;
  }

  /** Goes on the site: lanes listen, the record is written, the lease is renewed from now on. */
  Future<Void> open() {
    return Future.all(lanes.stream().map(Lane::open).toList())
        .compose(opened -> onControl(this::openControl));
  }

  @Override
  public <Q, R> Future<Void> serve(Operation<Q, R> operation, Function<Q, Future<R>> handler) {
    var context = vertx.getOrCreateContext().unwrap();
    var key = new InstanceKey(context, operation.service());
    var instance = instanceByVerticle.computeIfAbsent(key, this::newInstance);
    instance.serve(operation, handler);
    return publish(instance, State.SERVING);
  }

  @Override
  public <Q, R> Future<R> call(Operation<Q, R> operation, Q request, CallOptions options) {
    Buffer body;
    try {
      body = JsonCodec.encode(request);
    } catch (MeshFailure e) {
      return vertx.getOrCreateContext().failedFuture(e);
    }
    return exchange(operation.name(), operation.kind(), body, options)
        .compose(
            reply -> {
              try {
                return Future.succeededFuture(
                    JsonCodec.decode(reply.body(), operation.replyType()));
              } catch (MeshFailure e) {
                return Future.failedFuture(
                    new Unknown("the reply of " + operation.name() + " cannot be read", e));
              }
            });
  }

  @Override
  public Future<Reply> exchange(
      String operation, Operation.Kind kind, Buffer body, CallOptions options) {
    var context = vertx.getOrCreateContext();
    var request = request(operation, kind, body, options);
    var lane = laneOf(context);
    Promise<Reply> answered = context.promise();
    lane.run(() -> client(lane).take(request).onComplete(answered));
    return answered.future();
  }

  private Request request(String operation, Operation.Kind kind, Buffer body, CallOptions options) {
    var serving = Call.current();
    var timeout = options.timeout() == null ? MeshLimits.CALL_TIMEOUT : options.timeout();
    var deadline =
        serving
            .map(call -> call.deadline().atMost(timeout))
            .orElseGet(() -> Deadline.after(time.ticker(), timeout));
    var parent =
        options.traceparent() != null
            ? options.traceparent()
            : serving.map(Call::traceparent).orElse(null);
    var trace = parent == null ? Traces.begin(time.rng()) : Traces.child(parent, time.rng());
    return new Request(
        operation,
        kind,
        body,
        deadline,
        kind == Operation.Kind.QUERY ? "" : keyOf(options),
        trace,
        serving.map(Call::service).orElse(identity.id()),
        options.node());
  }

  private String keyOf(CallOptions options) {
    return options.key() == null ? time.rng().uuid().toString() : options.key();
  }

  private Step client(Lane lane) {
    var client = clients.get(lane);
    if (client == null) {
      throw new IllegalStateException("no client for lane " + lane.index());
    }
    return client;
  }

  @Override
  public Future<Void> withdraw(String deploymentId) {
    return drain(
        instances.values().stream()
            .filter(i -> deploymentId.equals(i.context().deploymentID()))
            .toList());
  }

  @Override
  public String node() {
    return identity.id();
  }

  @Override
  public List<NodeRecord> nodes() {
    return registry.directory().nodes().stream()
        .sorted(
            Comparator.comparing((NodeRecord record) -> !record.id().equals(node()))
                .thenComparing(NodeRecord::id))
        .toList();
  }

  /** Adds where else this node can be reached to its record. */
  public Future<Void> publishAddress(String purpose, String address) {
    return onControl(() -> own.address(purpose, address));
  }

  /** Says that this node may be picked from now on. */
  Future<Void> publishState(State state) {
    return onControl(() -> own.state(state));
  }

  @Override
  public Future<Void> close() {
    return publishState(State.DRAINING)
        .otherwiseEmpty() // A record that cannot be written runs out by itself.
        .compose(published -> drain(List.copyOf(instances.values())))
        .compose(drained -> onControl(own::withdraw))
        .otherwiseEmpty()
        .compose(
            withdrawn -> {
              closed = true;
              return announcements == null ? Future.succeededFuture() : announcements.unregister();
            })
        .compose(unregistered -> Future.all(lanes.stream().map(Lane::close).toList()))
        .mapEmpty();
  }

  private LocalInstance newInstance(InstanceKey key) {
    var id = key.service() + "-" + instanceCount.incrementAndGet();
    var instance =
        new LocalInstance(
            id, key.service(), key.context(), laneOf(key.context()), telemetry, time.ticker());
    instances.put(id, instance);
    if (key.context().deploymentID() != null) {
      key.context()
          .addCloseHook(
              undeployed -> {
                instanceByVerticle.remove(key);
                forget(instance).onComplete(undeployed);
              });
    }
    return instance;
  }

  private Future<Void> publish(LocalInstance instance, State state) {
    return onControl(
        () ->
            own.put(
                new InstanceRecord(
                    instance.id(),
                    instance.service(),
                    identity.version(),
                    instance.lane().index(),
                    WEIGHT_DEFAULT,
                    state,
                    instance.operations())));
  }

  private Future<Void> forget(LocalInstance instance) {
    if (closed || instances.remove(instance.id()) == null) {
      return Future.succeededFuture();
    }
    return onControl(() -> own.remove(instance.id()));
  }

  /** First the others stop picking the instances, then these stop taking calls on. */
  private Future<Void> drain(Collection<LocalInstance> leaving) {
    if (leaving.isEmpty()) {
      return Future.succeededFuture();
    }
    return Future.join(leaving.stream().map(i -> publish(i, State.DRAINING)).toList())
        .transform(published -> pause(MeshLimits.DRAIN_NOTICE))
        .compose(noticed -> Future.join(leaving.stream().map(this::idle).toList()))
        .compose(idle -> Future.join(leaving.stream().map(this::forget).toList()))
        .mapEmpty();
  }

  private Future<Void> idle(LocalInstance instance) {
    Promise<Void> idle = Promise.promise();
    instance
        .lane()
        .run(
            () -> {
              var timeout = time.timers().after(MeshLimits.DRAIN_TIMEOUT, idle::tryComplete);
              instance
                  .drain()
                  .onComplete(
                      drained -> {
                        timeout.cancel();
                        idle.tryComplete();
                      });
            });
    return idle.future();
  }

  private Future<Void> pause(Duration duration) {
    Promise<Void> paused = Promise.promise();
    control().run(() -> time.timers().after(duration, paused::complete));
    return paused.future();
  }

  // The control loop: discovery.

  private Future<Void> openControl() {
    site.listen(new Changes());
    announcements = vertx.eventBus().consumer(ANNOUNCEMENTS, this::announced);
    registry.members(site.members());
    site.all().forEach(registry::accept);
    every(Registry.TICK_INTERVAL, registry::tick);
    every(MeshLimits.ANNOUNCE_INTERVAL, this::announce);
    every(MeshLimits.REASSERT_INTERVAL, this::reassert);
    registry.accept(own.record());
    return announcements.completion().compose(listening -> own.reassert());
  }

  private void every(Duration interval, Runnable task) {
    time.timers()
        .after(
            interval,
            () -> {
              if (!closed) {
                task.run();
                every(interval, task);
              }
            });
  }

  private void announce() {
    if (announcements == null || closed) {
      return;
    }
    var record = own.record();
    vertx
        .eventBus()
        .publish(
            ANNOUNCEMENTS,
            JsonCodec.encode(
                new Announcement(record.id(), record.incarnation(), record.revision())));
  }

  private void reassert() {
    own.reassert().onFailure(failure -> LOG.debug("The record was not reasserted", failure));
  }

  private void announced(Message<Buffer> message) {
    control()
        .run(
            () -> {
              try {
                heard(JsonCodec.decode(message.body(), Announcement.class));
              } catch (MeshFailure | ClassCastException e) {
                LOG.warn("An announcement that is not ours: {}", e.getMessage());
              }
            });
  }

  private void heard(Announcement announcement) {
    if (announcement.node().equals(node())) {
      return;
    }
    if (!registry.heard(announcement)) {
      site.get(announcement.node()).ifPresent(registry::accept);
      registry.heard(announcement);
    }
  }

  private Lane control() {
    return lanes.get(0);
  }

  private <T> Future<T> onControl(Supplier<Future<T>> task) {
    Promise<T> done = vertx.getOrCreateContext().promise();
    control().run(() -> task.get().onComplete(done));
    return done.future();
  }

  private final class Changes implements Site.Listener {
    @Override
    public void put(NodeRecord record) {
      if (!record.id().equals(node())) {
        control().run(() -> registry.accept(record));
      }
    }

    @Override
    public void removed(String lost) {
      control().run(() -> recordRemoved(lost));
    }

    @Override
    public void membersChanged() {
      control()
          .run(
              () -> {
                registry.members(site.members());
                site.all().forEach(registry::accept);
                reassert();
              });
    }
  }

  private void recordRemoved(String lost) {
    if (lost.equals(node())) {
      reassert(); // Somebody believed us dead; a withdrawn record stays withdrawn.
    } else if (site.get(lost).isEmpty()) {
      registry.removed(lost);
    }
  }

  private final class Losses implements Registry.Events {
    @Override
    public void lost(NodeRecord node, String why) {
      LOG.info("Node {} is not used any more: {}", node.id(), why);
      lanes.forEach(lane -> lane.run(() -> lane.lost(node.id(), node.incarnation(), why)));
    }

    @Override
    public void abandoned(NodeRecord node) {
      site.remove(node.id(), node.incarnation())
          .onFailure(
              failure -> LOG.warn("The record of {} could not be dropped", node.id(), failure));
    }
  }

  // Lanes: one per event loop, found by asking Vert.x for contexts until the loops repeat.

  private void makeLanes(NodeRecord node) {
    while (true) {
      var context = vertx.createEventLoopContext();
      if (laneByLoop.containsKey(context.nettyEventLoop())) {
        return;
      }
      var lane =
          new Lane(lanes.size(), node.id(), node.incarnation(), context, time, instances::get);
      lanes.add(lane);
      laneByLoop.put(context.nettyEventLoop(), lane);
      clients.put(lane, ClientStack.of(time, telemetry, registry::directory, lane));
    }
  }

  private Lane laneOf(Context context) {
    var lane = laneByLoop.get(((ContextInternal) context).nettyEventLoop());
    return lane == null ? control() : lane;
  }

  private static NodeRecord withLanes(NodeRecord node, int lanes) {
    return new NodeRecord(
        node.id(),
        node.incarnation(),
        node.revision(),
        node.member(),
        node.site(),
        node.zone(),
        node.version(),
        node.state(),
        lanes,
        node.hosts(),
        node.addresses(),
        node.instances());
  }
}
