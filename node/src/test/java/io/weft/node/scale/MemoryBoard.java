package io.weft.node.scale;

import io.vertx.core.Future;
import io.weft.mesh.policy.Board;
import io.weft.mesh.policy.PolicyDocument;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** A board in memory, on which somebody can be faster. */
final class MemoryBoard implements Board {
  final TreeMap<Long, PolicyDocument> documents = new TreeMap<>();
  private final List<Runnable> listeners = new ArrayList<>();

  /** Runs once, before the next document is put up. */
  Runnable faster = () -> {};

  @Override
  public Future<Optional<PolicyDocument>> newest() {
    return Future.succeededFuture(
        Optional.ofNullable(documents.lastEntry()).map(Map.Entry::getValue));
  }

  @Override
  public Future<List<PolicyDocument>> all() {
    return Future.succeededFuture(List.copyOf(documents.values()));
  }

  @Override
  public Future<PolicyDocument> putIfAbsent(PolicyDocument document) {
    var first = faster;
    faster = () -> {};
    first.run();
    var there = documents.putIfAbsent(document.epoch(), document);
    listeners.forEach(Runnable::run);
    return Future.succeededFuture(there == null ? document : there);
  }

  @Override
  public Future<Boolean> replace(PolicyDocument there, PolicyDocument document) {
    return Future.succeededFuture(documents.replace(document.epoch(), there, document));
  }

  @Override
  public Future<Void> remove(long epoch) {
    documents.remove(epoch);
    return Future.succeededFuture();
  }

  @Override
  public void listen(Runnable changed) {
    listeners.add(changed);
  }
}
