package io.weft.mesh.policy;

import io.vertx.core.Future;
import java.util.List;
import java.util.Optional;

/**
 * Where the nodes of a site find each other's documents of policies: one for each epoch.
 *
 * <p>Futures complete on the context that called.
 */
public interface Board {
  /** Returns the document of the highest epoch. */
  Future<Optional<PolicyDocument>> newest();

  /** Returns all documents that can be read. */
  Future<List<PolicyDocument>> all();

  /**
   * Puts a document up unless its epoch has one already; of two nodes that do so at once one wins.
   *
   * @return the document that the epoch has now
   */
  Future<PolicyDocument> putIfAbsent(PolicyDocument document);

  /** Puts a document up in place of another of its epoch, if that is still there. */
  Future<Boolean> replace(PolicyDocument there, PolicyDocument document);

  /** Takes the document of an epoch down. */
  Future<Void> remove(long epoch);

  /** Names who is told, on any thread, that a document was put up. */
  void listen(Runnable changed);
}
