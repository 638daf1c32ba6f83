package io.weft.mesh.bus;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.weft.mesh.discovery.InstanceRecord;
import io.weft.mesh.discovery.NodeRecord;
import io.weft.mesh.discovery.NodeRecord.State;
import io.weft.mesh.discovery.Published;
import io.weft.mesh.discovery.Registry;
import io.weft.mesh.discovery.Site;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This node's own record: changed here, written to the site one write at a time.
 *
 * <p>Changes that come while a write is under way go out together with the next one. For the
 * control event loop.
 */
final class OwnRecord {
  private static final Logger LOG = LoggerFactory.getLogger(OwnRecord.class);

  private final Site site;
  private final Registry registry;
  private final Runnable announce;
  private NodeRecord record;
  private Promise<Void> next = Promise.promise();
  private boolean writing;
  private boolean dirty;
  private boolean gone;

  OwnRecord(NodeRecord record, Site site, Registry registry, Runnable announce) {
    this.record = record;
    this.site = site;
    this.registry = registry;
    this.announce = announce;
  }

  NodeRecord record() {
    return record;
  }

  Future<Void> put(InstanceRecord instance) {
    return change(
        instances -> {
          instances.removeIf(i -> i.id().equals(instance.id()));
          instances.add(instance);
          return instances;
        });
  }

  Future<Void> remove(String instance) {
    return change(
        instances -> {
          instances.removeIf(i -> i.id().equals(instance));
          return instances;
        });
  }

  Future<Void> state(State state) {
    return change(record.next(state, record.addresses(), record.instances(), record.published()));
  }

  Future<Void> address(String purpose, String address) {
    var addresses = new HashMap<>(record.addresses());
    addresses.put(purpose, address);
    return change(record.next(record.state(), addresses, record.instances(), record.published()));
  }

  /** Publishes a record, in place of the one of the same registration if there is one. */
  Future<Void> publish(Published published) {
    var all = without(published.registration());
    all.add(published);
    return change(record.next(record.state(), record.addresses(), record.instances(), all));
  }

  /** Takes a published record back. */
  Future<Void> unpublish(String registration) {
    return change(
        record.next(record.state(), record.addresses(), record.instances(), without(registration)));
  }

  private List<Published> without(String registration) {
    var all = new ArrayList<>(record.published());
    all.removeIf(p -> p.registration().equals(registration));
    return all;
  }

  /** Writes the record again as it is, in case the site has lost it. */
  Future<Void> reassert() {
    return write();
  }

  /** Takes the record back, after any write that is under way. */
  Future<Void> withdraw() {
    gone = true;
    return site.remove(record.id(), record.incarnation());
  }

  private Future<Void> change(UnaryOperator<List<InstanceRecord>> edit) {
    return change(
        record.next(
            record.state(),
            record.addresses(),
            edit.apply(new ArrayList<>(record.instances())),
            record.published()));
  }

  private Future<Void> change(NodeRecord changed) {
    record = changed;
    registry.accept(changed);
    return write();
  }

  private Future<Void> write() {
    if (gone) {
      return Future.succeededFuture();
    }
    dirty = true;
    var written = next.future();
    if (!writing) {
      writeNow();
    }
    return written;
  }

  private void writeNow() {
    var waiting = next;
    next = Promise.promise();
    writing = true;
    dirty = false;
    site.put(record)
        .onComplete(
            (done, failure) -> {
              writing = false;
              if (failure == null) {
                announce.run();
                waiting.complete();
              } else {
                // It is written anew at the next reassertion; until then others hold the old one.
                LOG.warn("This node's record could not be written: {}", failure.getMessage());
                waiting.fail(failure);
              }
              if (dirty && gone) {
                next.complete(); // What was still to be written is of no use any more.
              } else if (dirty) {
                writeNow();
              }
            });
  }
}
