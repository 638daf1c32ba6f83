package io.weft.sites;

import io.vertx.core.Future;
import io.weft.mesh.policy.Archive;
import io.weft.mesh.policy.Board;
import io.weft.mesh.policy.Epochs;
import io.weft.mesh.policy.Policies;
import io.weft.mesh.policy.Policy;
import io.weft.mesh.policy.PolicyDocument;
import io.weft.mesh.policy.PolicyException;
import io.weft.mesh.time.Time;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Where the nodes of one site find each other's policies, in one process. */
final class PolicyBoard implements Board {
  /** A text that no node can read. */
  static final String UNREADABLE = "unreadable";

  private final ConcurrentSkipListMap<Long, PolicyDocument> documents =
      new ConcurrentSkipListMap<>();
  private final List<Runnable> listeners = new CopyOnWriteArrayList<>();

  /**
   * Returns a node's part in the site's policies.
   *
   * @param file the text of the node's file, or null when it has none
   */
  Epochs<Policies> node(String name, @Nullable String file, Time time, Executor loop)
      throws Exception {
    return node(name, file, UNREADABLE::equals, time, loop);
  }

  /**
   * Returns a node's part in the site's policies.
   *
   * @param unreadable whether the node cannot read a text
   */
  Epochs<Policies> node(
      String name, @Nullable String file, Predicate<String> unreadable, Time time, Executor loop)
      throws Exception {
    var epochs =
        new Epochs<Policies>(
            name,
            "policies",
            this,
            Archive.NONE,
            (epoch, text) -> read(epoch, text, unreadable),
            taken -> {},
            time,
            loop);
    Await.await(epochs.open(List.of(), file));
    return epochs;
  }

  private static Policies read(long epoch, String text, Predicate<String> unreadable) {
    if (unreadable.test(text)) {
      throw PolicyException.invalid(List.of("line 1: " + text));
    }
    return new Policies(epoch, Policy.DEFAULT, Map.of(), Map.of());
  }

  /** Forgets all, as a site does whose nodes have all lost what they kept. */
  void lose() {
    documents.clear();
  }

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
