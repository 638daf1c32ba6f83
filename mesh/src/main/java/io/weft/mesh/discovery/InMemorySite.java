package io.weft.mesh.discovery;

import io.vertx.core.Future;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A site within one process: for a mesh of one node, and for tests of several.
 *
 * <p>Safe for use by many threads.
 */
public final class InMemorySite implements Site {
  private final Map<String, NodeRecord> records = new ConcurrentHashMap<>();
  private final List<Listener> listeners = new CopyOnWriteArrayList<>();

  @Override
  public Future<Void> put(NodeRecord record) {
    records.put(record.id(), record);
    listeners.forEach(listener -> listener.put(record));
    return Future.succeededFuture();
  }

  @Override
  public Future<Void> remove(String node, String incarnation) {
    var known = records.get(node);
    if (known != null && known.incarnation().equals(incarnation) && records.remove(node, known)) {
      listeners.forEach(listener -> listener.removed(node));
    }
    return Future.succeededFuture();
  }

  @Override
  public Optional<NodeRecord> get(String node) {
    return Optional.ofNullable(records.get(node));
  }

  @Override
  public List<NodeRecord> all() {
    return List.copyOf(records.values());
  }

  @Override
  public Set<String> members() {
    return Set.of();
  }

  @Override
  public void listen(Listener listener) {
    listeners.add(listener);
  }
}
