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
import io.weft.mesh.discovery.NodeRecord;
import io.weft.mesh.discovery.NodeRecord.State;
import io.weft.mesh.discovery.Registry;
import io.weft.mesh.discovery.Site;
import io.weft.mesh.time.Time;
import io.weft.mesh.wire.JsonCodec;
import java.time.Duration;
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
  private static final String ANNOUNCEMENTS = "weft.announcements";

  private final Lane control;
  private final EventBus bus;
  private final Site site;
  private final Time time;
  private final String node;
  private final Registry registry;
  private final OwnRecord own;
  private final PolicyTalk policies;
  private @Nullable MessageConsumer<Buffer> announcements;
  private boolean closed;

  /**
   * Creates the part of a node that is not on the site yet.
   *
   * @param registry what the node believes; its events are this object's to answer
   * @param policies what the nodes tell each other of their policies
   */
  Discovery(
      Lane control,
      NodeRecord identity,
      Site site,
      Time time,
      Registry registry,
      PolicyTalk policies) {
    this.control = control;
    this.site = site;
    this.time = time;
    this.registry = registry;
    this.policies = policies;
    bus = control.context().owner().eventBus();
    node = identity.id();
    own = new OwnRecord(identity, site, registry, this::announce);
  }

  /**
   * Returns what the registry is to tell a node.
   *
   * @param lost who is told of a node that will not answer any more, and why
   */
  static Registry.Events events(Site site, BiConsumer<NodeRecord, String> lost) {
    return new Registry.Events() {
      @Override
      public void lost(NodeRecord node, String why) {
        LOG.info("Node {} is not used any more: {}", node.id(), why);
        lost.accept(node, why);
      }

      @Override
      public void abandoned(NodeRecord node) {
        site.remove(node.id(), node.incarnation())
            .onFailure(
                failure -> LOG.warn("The record of {} could not be dropped", node.id(), failure));
      }
    };
  }

  /** Returns who serves what, at present. */
  Directory directory() {
    return registry.directory();
  }

  /** Goes on the site: the record is written, and the lease is renewed from now on. */
  Future<Void> open() {
    return onControl(
        () -> {
          site.listen(new Changes());
          announcements = bus.consumer(ANNOUNCEMENTS, this::announced);
          registry.members(site.members());
          site.all().forEach(registry::accept);
          registry.accept(own.record());
          every(Registry.TICK_INTERVAL, registry::tick);
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

  /** Takes the node's record back and says and hears no more. */
  Future<Void> close() {
    return onControl(
        () -> {
          closed = true;
          return own.withdraw()
              .eventually(
                  () ->
                      announcements == null
                          ? Future.succeededFuture()
                          : announcements.unregister());
        });
  }

  private <T> Future<T> onControl(Supplier<Future<T>> task) {
    Promise<T> done = control.context().owner().getOrCreateContext().promise();
    control.run(() -> task.get().onComplete(done));
    return done.future();
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

  private void announced(Message<Buffer> message) {
    control.run(
        () -> {
          try {
            heard(JsonCodec.decode(message.body(), Announcement.class));
          } catch (MeshFailure | ClassCastException e) {
            LOG.warn("An announcement that is not ours: {}", e.getMessage());
          }
        });
  }

  private void heard(Announcement announcement) {
    if (announcement.node().equals(node)) {
      return;
    }
    policies.heard(announcement);
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

  private void look() {
    registry.members(site.members());
    site.all().forEach(registry::accept);
    reassert();
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
  }
}
