package io.weft.mesh.bus;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import io.weft.mesh.MeshFailure;
import io.weft.mesh.MeshLimits;
import io.weft.mesh.discovery.Announcement;
import io.weft.mesh.discovery.Directory;
import io.weft.mesh.discovery.InstanceRecord;
import io.weft.mesh.discovery.MissingNode;
import io.weft.mesh.discovery.NodeRecord;
import io.weft.mesh.discovery.NodeRecord.State;
import io.weft.mesh.discovery.Published;
import io.weft.mesh.discovery.Registry;
import io.weft.mesh.discovery.Site;
import io.weft.mesh.telemetry.Decision.Kind;
import io.weft.mesh.telemetry.Observation;
import io.weft.mesh.time.Time;
import io.weft.mesh.wire.JsonCodec;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A node's part in discovery: tells the site of itself, and listens to the others.
 *
 * <p>Its state belongs to the control lane's event loop; its methods may be called from any thread,
 * and their futures complete on the context that called.
 */
final class Discovery {
  private static final Logger LOG = LoggerFactory.getLogger(Discovery.class);

  /** Where nodes announce themselves. */
  static final String ANNOUNCEMENTS = "weft.announcements";

  private final Lane control;
  private final EventBus bus;
  private final Site site;
  private final Time time;
  private final String node;
  private final Registry registry;
  private final OwnRecord own;
  private final BiConsumer<NodeRecord, String> lost;
  private final Knocker knocker;
  private final Observation observation;
  private final Complaints complaints;
  private final PolicyTalk policies;
  private @Nullable MessageConsumer<Object> announcements;
  private Set<String> members = Set.of();
  private boolean closed;

  /**
   * Creates the part of a node that is not on the site yet.
   *
   * @param policies what the nodes tell each other of their policies
   * @param lost who is told of a node that will not answer any more, and why
   */
  Discovery(
      Lane control,
      NodeRecord identity,
      Site site,
      Time time,
      Observation observation,
      PolicyTalk policies,
      BiConsumer<NodeRecord, String> lost) {
    this.control = control;
    this.site = site;
    this.time = time;
    this.observation = observation;
    this.policies = policies;
    this.lost = lost;
    registry = new Registry(identity.id(), time.ticker(), new Answers());
    complaints = new Complaints(LOG, time.ticker());
    knocker = new Knocker(control.context().owner());
    bus = control.context().owner().eventBus();
    node = identity.id();
    own = new OwnRecord(identity, site, registry, this::announce);
  }

  /** Returns who serves what, at present. */
  Directory directory() {
    return registry.directory();
  }

  /** Returns for how long no other node has been heard. On the control lane. */
  Duration silence() {
    return registry.silence();
  }

  /** Returns the nodes that are gone without having left in order, by id. */
  Future<List<MissingNode>> missing() {
    return onControl(() -> Future.succeededFuture(registry.missing()));
  }

  /** Goes on the site: the record is written, and the lease is renewed from now on. */
  Future<Void> open() {
    return onControl(
        () -> {
          site.listen(new Changes());
          announcements = bus.consumer(ANNOUNCEMENTS, this::announced);
          registry.begin();
          lookAt(site.members());
          registry.accept(own.record());
          every(Registry.TICK_INTERVAL, this::tick);
          every(MeshLimits.ANNOUNCE_INTERVAL, this::announce);
          every(MeshLimits.REASSERT_INTERVAL, this::reassert);
          return announcements.completion().compose(listening -> own.reassert());
        });
  }

  /** Writes an instance into this node's record. */
  Future<Void> put(InstanceRecord instance) {
    return onControl(() -> own.put(instance));
  }

  /** Takes an instance out of this node's record. */
  Future<Void> remove(String instance) {
    return onControl(() -> own.remove(instance));
  }

  /** Writes where the node is in its life. */
  Future<Void> state(State state) {
    return onControl(() -> own.state(state));
  }

  /** Writes where else this node can be reached. */
  Future<Void> address(String purpose, String address) {
    return onControl(() -> own.address(purpose, address));
  }

  /** Publishes a record of something else than an instance, as long as this node lives. */
  Future<Void> publish(Published published) {
    return onControl(() -> own.publish(published));
  }

  /** Takes a published record back. */
  Future<Void> unpublish(String registration) {
    return onControl(() -> own.unpublish(registration));
  }

  /** Takes the node's record back and says and hears no more. */
  Future<Void> close() {
    return onControl(
        () -> {
          end();
          return own.withdraw()
              .eventually(
                  () ->
                      announcements == null
                          ? Future.succeededFuture()
                          : announcements.unregister());
        });
  }

  /**
   * Says nothing more. Whoever lost the cluster would otherwise be believed by its announcements,
   * for which Vert.x remembers enough, while no answer of it could find its way.
   */
  private void end() {
    closed = true;
    knocker.close();
  }

  /**
   * Takes note that a connection to a node has closed: if it takes no other, it is gone. A node
   * that lives refuses connections for no longer than it takes to announce itself again.
   */
  void connectionClosed(NodeRecord record) {
    control.run(
        () -> {
          if (!registry.closed(record.id(), record.incarnation())) {
            knock(record);
          }
        });
  }

  private void knock(NodeRecord record) {
    var address = record.addresses().get(BusMesh.BUS_ADDRESS);
    if (address == null || closed || record.id().equals(node)) {
      return;
    }
    long sinceNanos = time.ticker().nanos();
    knocker
        .knock(address)
        .onFailure(failure -> control.run(() -> unreachable(record, address, sinceNanos, failure)));
  }

  private void unreachable(NodeRecord record, String address, long sinceNanos, Throwable failure) {
    LOG.info("Node {} does not answer at {}: {}", record.id(), address, failure.getMessage());
    registry.unreachable(record.id(), record.incarnation(), sinceNanos);
  }

  private <T> Future<T> onControl(Supplier<Future<T>> task) {
    Promise<T> done = control.context().owner().getOrCreateContext().promise();
    control.run(
        () -> {
          try {
            task.get().onComplete(done);
          } catch (IllegalArgumentException e) { // The record would exceed a limit.
            done.fail(e);
          }
        });
    return done.future();
  }

  private void every(Duration interval, Runnable task) {
    time.timers()
        .after(
            interval,
            () -> {
              if (!closed) {
                try {
                  task.run();
                } finally { // Failing once, it is not over: without it this node is given up.
                  every(interval, task);
                }
              }
            });
  }

  /** Announces this node now rather than in its turn. */
  void announceNow() {
    control.run(this::announce);
  }

  private void announce() {
    if (announcements == null || closed) {
      return;
    }
    var record = own.record();
    bus.publish(
        ANNOUNCEMENTS,
        JsonCodec.encode(
            new Announcement(
                record.id(), record.incarnation(), record.revision(), policies.own())));
  }

  private void reassert() {
    own.reassert().onFailure(failure -> LOG.debug("The record was not reasserted", failure));
  }

  private void announced(Message<Object> message) {
    control.run(
        () -> {
          try {
            heard(announcement(message));
          } catch (MeshFailure | IllegalArgumentException e) {
            observation.telemetry().ignored("announcement");
            complaints.add("An announcement that is not ours", e);
          }
        });
  }

  private static Announcement announcement(Message<Object> message) {
    Object body;
    try {
      body = message.body();
    } catch (RuntimeException e) {
      throw new IllegalArgumentException("a body that its own codec cannot read", e);
    }
    if (body instanceof Buffer bytes) {
      return JsonCodec.decodeLenient(bytes, Announcement.class);
    }
    throw new IllegalArgumentException(
        (body == null ? "no body" : "a body of " + body.getClass().getName())
            + " (expected: a buffer)");
  }

  private void heard(Announcement announcement) {
    if (announcement.node().equals(node)) {
      return;
    }
    if (!Guest.is(announcement.node())) { // Which goes by the built-in policies.
      policies.heard(announcement);
    }
    if (!registry.heard(announcement)) {
      // The record here is behind, or not here at all; the shared map may have it by now.
      site.get(announcement.node()).ifPresent(registry::accept);
      registry.heard(announcement);
    }
  }

  private void removed(String other) {
    if (other.equals(node)) {
      reassert(); // Somebody believed us dead; a withdrawn record stays withdrawn.
    } else if (site.get(other).isEmpty()) {
      registry.removed(other);
    }
  }

  /**
   * Looks for members that have come or gone, too: that the site tells of them may be held up for
   * seconds by others who listen, while it moves what they wait for (decision 0069).
   */
  private void tick() {
    var present = site.members();
    if (!present.equals(members)) {
      lookAt(present);
      reassert();
    }
    registry.tick();
  }

  private void look() {
    lookAt(site.members());
    reassert();
  }

  private void lookAt(Set<String> present) {
    members = present;
    registry.members(present);
    registry.acceptAll(site.all());
  }

  /** What follows from what the registry finds. */
  private final class Answers implements Registry.Events {
    @Override
    public void lost(NodeRecord record, String why) {
      decided(Kind.NODE_LEFT, record, why);
      lost.accept(record, why);
    }

    @Override
    public void found(NodeRecord record, String why) {
      decided(Kind.NODE_JOINED, record, why);
    }

    /** Guests come and go, and serve nobody. */
    private void decided(Kind kind, NodeRecord record, String why) {
      if (record.state() != State.GUEST) {
        observation.decisions().add(kind, record.id(), why);
      }
    }

    @Override
    public void abandoned(NodeRecord record) {
      site.remove(record.id(), record.incarnation())
          .onFailure(
              failure -> LOG.warn("The record of {} could not be dropped", record.id(), failure));
    }

    @Override
    public void doubted(NodeRecord record) {
      knock(record);
    }
  }

  private final class Changes implements Site.Listener {
    @Override
    public void put(NodeRecord record) {
      if (!record.id().equals(node)) {
        control.run(() -> registry.accept(record));
      }
    }

    @Override
    public void removed(String other) {
      control.run(() -> Discovery.this.removed(other));
    }

    @Override
    public void membersChanged() {
      control.run(Discovery.this::look);
    }

    @Override
    public void ended() {
      control.run(Discovery.this::end);
    }
  }
}
