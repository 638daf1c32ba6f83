package io.weft.sites.api;

import java.time.Instant;

/**
 * An invitation that was made.
 *
 * @param site the name that whoever uses it gets
 * @param code what the site joins with, once; whoever has it can join in its place
 * @param hub where it leads to, as {@code host:port}
 * @param expires until when it is good, by this site's clock
 */
public record SiteInvitation(String site, String code, String hub, Instant expires) {
  /** Leaves the code out, so that it never gets into a log. */
  @Override
  public String toString() {
    return "SiteInvitation[" + site + " to " + hub + " until " + expires + "]";
  }
}
