package io.weft.mesh.bus;

import com.hazelcast.core.EntryEvent;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.map.IMap;
import com.hazelcast.map.listener.EntryAddedListener;
import com.hazelcast.map.listener.EntryMergedListener;
import com.hazelcast.map.listener.EntryUpdatedListener;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.weft.mesh.MeshFailure;
import io.weft.mesh.policy.Board;
import io.weft.mesh.policy.PolicyDocument;
import io.weft.mesh.wire.JsonCodec;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A board in a map of the cluster: documents as JSON, by epoch.
 *
 * <p>Each operation waits for the cluster and therefore runs on a worker thread. Safe for use by
 * many threads.
 */
final class HazelcastBoard implements Board {
  private static final Logger LOG = LoggerFactory.getLogger(HazelcastBoard.class);

  /** The map of the policies. */
  static final String POLICIES = "weft.policies";

  /** The map of the desired counts of instances. */
  static final String COUNTS = "weft.counts";

  private final Vertx vertx;

  /** Any program on the cluster can put anything into it. */
  private final IMap<Object, Object> documents;

  /**
   * Creates a board.
   *
   * @param name the name of its map
   */
  HazelcastBoard(Vertx vertx, HazelcastInstance hazelcast, String name) {
    this.vertx = vertx;
    documents = hazelcast.getMap(name);
  }

  @Override
  public Future<Optional<PolicyDocument>> newest() {
    return work(
        () ->
            documents.keySet().stream()
                .filter(Long.class::isInstance)
                .map(Long.class::cast)
                .sorted(Comparator.reverseOrder())
                .flatMap(epoch -> read(epoch, documents.get(epoch)).stream())
                .findFirst());
  }

  @Override
  public Future<List<PolicyDocument>> all() {
    return work(
        () ->
            documents.entrySet().stream()
                .flatMap(entry -> read(entry.getKey(), entry.getValue()).stream())
                .toList());
  }

  @Override
  public Future<PolicyDocument> putIfAbsent(PolicyDocument document) {
    return work(
        () -> {
          var text = write(document);
          var there = documents.putIfAbsent(document.epoch(), text);
          if (there == null) {
            return document;
          }
          var known = read(document.epoch(), there);
          // What another program put there must not hold the epoch for ever.
          return known.isEmpty() && documents.replace(document.epoch(), there, text)
              ? document
              : known.orElse(document);
        });
  }

  @Override
  public Future<Boolean> replace(PolicyDocument there, PolicyDocument document) {
    return work(() -> documents.replace(document.epoch(), write(there), write(document)));
  }

  @Override
  public Future<Void> remove(long epoch) {
    return work(
        () -> {
          documents.delete(epoch);
          return null;
        });
  }

  @Override
  public void listen(Runnable changed) {
    documents.addEntryListener(new Changes(changed), false);
  }

  private <T> Future<T> work(Callable<T> task) {
    return vertx.executeBlocking(task, false);
  }

  private static String write(PolicyDocument document) {
    return JsonCodec.encode(document).toString();
  }

  /** Returns the document of an entry, if it is one of ours. */
  private static Optional<PolicyDocument> read(Object epoch, @Nullable Object value) {
    if (value == null) {
      return Optional.empty();
    }
    if (!(value instanceof String text)) {
      return strange(epoch, "a " + value.getClass().getName() + " (expected: a text)");
    }
    try {
      var document = JsonCodec.decodeLenient(Buffer.buffer(text), PolicyDocument.class);
      return Objects.equals(epoch, document.epoch())
          ? Optional.of(document)
          : strange(epoch, "the document of epoch " + document.epoch());
    } catch (MeshFailure e) {
      return strange(epoch, String.valueOf(e.getMessage()));
    }
  }

  private static Optional<PolicyDocument> strange(Object epoch, String what) {
    LOG.debug("Entry {} is not one of ours: {}", epoch, what);
    return Optional.empty();
  }

  private record Changes(Runnable changed)
      implements EntryAddedListener<Object, Object>,
          EntryUpdatedListener<Object, Object>,
          EntryMergedListener<Object, Object> {
    @Override
    public void entryAdded(EntryEvent<Object, Object> event) {
      changed.run();
    }

    @Override
    public void entryUpdated(EntryEvent<Object, Object> event) {
      changed.run();
    }

    @Override
    public void entryMerged(EntryEvent<Object, Object> event) {
      changed.run();
    }
  }
}
