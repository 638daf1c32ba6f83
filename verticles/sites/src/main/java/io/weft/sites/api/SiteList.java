package io.weft.sites.api;

import java.util.List;

/**
 * How the links of a site stand.
 *
 * @param self the site's name
 * @param role what it is to the others
 * @param sites the sites that it has links to, by name; at an edge its hub alone, once it has
 *     joined it
 */
public record SiteList(String self, Role role, List<SiteLink> sites) {
  /** What a site is to others. */
  public enum Role {
    /** Others link to it, or are invited to. */
    HUB,
    /** It links to a hub, or is to join it. */
    EDGE,
    /** Neither. */
    ALONE
  }
}
