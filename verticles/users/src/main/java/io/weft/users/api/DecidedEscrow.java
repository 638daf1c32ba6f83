package io.weft.users.api;

/**
 * What became of a decision about a journal.
 *
 * @param site the site's name
 * @param incarnation of the journal
 * @param state of it from now on
 * @param freed users whose credit was freed by this command
 * @param more whether there are users whose credit is yet to be freed: the command is to be given
 *     again
 */
public record DecidedEscrow(
    String site, String incarnation, EscrowJournal.State state, int freed, boolean more) {}
