package io.weft.mesh.policy;

import io.vertx.core.Future;

/** Where a node keeps the documents that must outlive a restart of the whole site. */
@FunctionalInterface
public interface Archive {
  /** An archive that keeps nothing. */
  Archive NONE = document -> Future.succeededFuture();

  /** Keeps a document; completes when it would survive a crash of the host. */
  Future<Void> keep(PolicyDocument document);
}
