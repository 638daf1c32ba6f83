package io.weft.sites.api;

import io.weft.mesh.Operation;

/**
 * The operations of the service sites; all of them are for operators.
 *
 * <p>They fail with {@code site.invalid} (with the pointer of the field), {@code site.not_found},
 * {@code site.has_hub} and {@code site.no_hub} where the site plays the other role, and {@code
 * site.join_refused}.
 */
public interface Sites {
  /** The name of the service. */
  String SERVICE = "sites";

  /**
   * Invites a site to link to this one. A site has one invitation at a time: said again, there is
   * another code, and the one before is good no more unless it was used.
   */
  Operation<InviteSite, SiteInvitation> INVITE =
      Operation.command("sites.invite", InviteSite.class, SiteInvitation.class);

  /**
   * Lets a site link no more, and cuts its link within {@code SitesLimits.LOOK_INTERVAL}; an
   * invitation of it that was not used is void. Repeating it changes nothing.
   */
  Operation<SiteId, RevokedSite> REVOKE =
      Operation.command("sites.revoke", SiteId.class, RevokedSite.class);

  /**
   * Has this site join the hub that made an invitation. Repeating it with the same code does no
   * harm: the hub gives the same answer to the same key.
   */
  Operation<JoinHub, JoinedHub> JOIN =
      Operation.command("sites.join", JoinHub.class, JoinedHub.class);

  /**
   * Renews the key of this site at its hub, over the link. Repeating it while the hub does not know
   * the next key yet makes no other one.
   */
  Operation<RenewKey, RenewedKey> RENEW =
      Operation.command("sites.renew", RenewKey.class, RenewedKey.class);

  /** Reads how the links of this site stand. */
  Operation<ListSites, SiteList> LIST =
      Operation.query("sites.list", ListSites.class, SiteList.class);
}
