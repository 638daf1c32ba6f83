package io.weft.mesh.policy;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;

/** A board on which a test can hold up, lose and merge what is there. */
final class MemoryBoard implements Board {
  final TreeMap<Long, PolicyDocument> documents = new TreeMap<>();
  private final List<Runnable> listeners = new ArrayList<>();
  private final List<Runnable> held = new ArrayList<>();
  private boolean holding;

  /** Keeps every operation back until {@link #release}. */
  void hold() {
    holding = true;
  }

  void release() {
    holding = false;
    var all = List.copyOf(held);
    held.clear();
    all.forEach(Runnable::run);
  }

  void tell() {
    List.copyOf(listeners).forEach(Runnable::run);
  }

  @Override
  public Future<Optional<PolicyDocument>> newest() {
    return later(
        () ->
            documents.isEmpty() ? Optional.empty() : Optional.of(documents.lastEntry().getValue()));
  }

  @Override
  public Future<List<PolicyDocument>> all() {
    return later(() -> List.copyOf(documents.values()));
  }

  @Override
  public Future<PolicyDocument> putIfAbsent(PolicyDocument document) {
    return later(
        () -> {
          var there = documents.putIfAbsent(document.epoch(), document);
          if (there == null) {
            tell();
          }
          return there == null ? document : there;
        });
  }

  @Override
  public Future<Boolean> replace(PolicyDocument there, PolicyDocument document) {
    return later(
        () -> {
          boolean replaced = documents.replace(document.epoch(), there, document);
          if (replaced) {
            tell();
          }
          return replaced;
        });
  }

  @Override
  public Future<Void> remove(long epoch) {
    return later(
        () -> {
          documents.remove(epoch);
          return null;
        });
  }

  @Override
  public void listen(Runnable changed) {
    listeners.add(changed);
  }

  private <T> Future<T> later(Supplier<T> task) {
    if (!holding) {
      return Future.succeededFuture(task.get());
    }
    Promise<T> done = Promise.promise();
    held.add(() -> done.complete(task.get()));
    return done.future();
  }
}
