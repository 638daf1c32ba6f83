package io.weft.mesh.link;

import io.vertx.core.Future;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Invitations of a hub without a database. */
final class MemoryInvitations implements Invitations {
  private final Map<String, Invitation> invitations = new HashMap<>();
  private final MemoryEnrolments enrolments;

  MemoryInvitations(MemoryEnrolments enrolments) {
    this.enrolments = enrolments;
  }

  void add(Invitation invitation) {
    invitations.put(invitation.id(), invitation);
  }

  @Override
  public Future<Optional<Invitation>> find(String id) {
    return Future.succeededFuture(Optional.ofNullable(invitations.get(id)));
  }

  @Override
  public Future<SitePublicKey> use(String id, SitePublicKey key) {
    var found = invitations.get(id);
    if (found.usedBy() != null) {
      return Future.succeededFuture(found.usedBy());
    }
    add(new Invitation(id, found.site(), found.proofKey(), found.expires(), key));
    enrolments.enrol(found.site(), key);
    return Future.succeededFuture(key);
  }
}
