package io.weft.sites.api;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How the links of a site stand.
 *
 * @param self the site's name
 * @param role what it is to the others
 * @param sites the sites that it has links to, by name; at an edge its hub alone, once it has
 *     joined it
 * @param edge how this site's own journal and replica stand; null where it is no edge
 */
public record SiteList(String self, Role role, List<SiteLink> sites, @Nullable EdgeReport edge) {
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
