package io.weft.sites;

import io.vertx.core.Vertx;
import io.weft.ledger.Database;
import io.weft.mesh.time.WallClock;

/**
 * What the nodes of a site share of its links.
 *
 * @param identity who the site is, and which hub it has joined
 * @param enrolments who may link to it
 * @param invitations who is invited to
 * @param lease which node holds its own link
 * @param links how links stand
 * @param policies what of the policies of its hub it has taken over
 */
record SiteStores(
    IdentityStore identity,
    EnrolmentStore enrolments,
    InvitationStore invitations,
    LeaseStore lease,
    LinkStore links,
    PolicyStore policies) {
  /**
   * Returns the stores in a database.
   *
   * @param wall of this node
   */
  static SiteStores of(Database database, Vertx vertx, WallClock wall) {
    return new SiteStores(
        new IdentityStore(database, vertx),
        new EnrolmentStore(database),
        new InvitationStore(database, wall),
        new LeaseStore(database),
        new LinkStore(database),
        new PolicyStore(database));
  }
}
