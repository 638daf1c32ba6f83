package io.weft.users.api;

import org.jspecify.annotations.Nullable;

/**
 * What an operator decides about a journal that is closed.
 *
 * @param site the site's name
 * @param incarnation of the journal, a UUID
 * @param decision what is to become of it
 */
public record DecideEscrow(
    @Nullable String site, @Nullable String incarnation, @Nullable Decision decision) {
  /** What can become of a closed journal. */
  public enum Decision {
    /** The site goes on with it. */
    REOPEN,
    /** Its orders are settled, and nothing is granted to it any more. */
    SETTLE,
    /**
     * What it holds is the users' again. Orders of it that were not settled never will be: promises
     * of the site are broken by this and by nothing else.
     */
    FREE
  }
}
