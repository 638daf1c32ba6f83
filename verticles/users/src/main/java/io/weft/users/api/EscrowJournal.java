package io.weft.users.api;

import java.util.Map;

/**
 * The journal of a site, as the hub knows it: what the site holds of its users' credit was granted
 * to it, and to no other journal.
 *
 * @param site the site's name
 * @param incarnation of the journal, a UUID: a journal that was restored from a backup has another
 * @param state what may be done with it
 * @param position how far the site has come with it, as far as the hub was told
 * @param outstanding what was granted and neither settled, given up nor freed, in minor units by
 *     currency; at most {@link Long#MAX_VALUE} is told
 */
public record EscrowJournal(
    String site, String incarnation, State state, long position, Map<String, Long> outstanding) {
  /** What may be done with a journal. */
  public enum State {
    /** All: credit is granted to it, settled against it and taken back. */
    OPEN,
    /** Nothing, until an operator decides: what it holds is nobody's to spend. */
    CLOSED,
    /** Orders of it are settled and credit is taken back; none is granted. */
    SETTLING,
    /** Nothing, for ever: what it held is the users' again. */
    FREED
  }
}
