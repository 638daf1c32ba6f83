package io.weft.users.api;

import java.util.List;

/**
 * The journals of a site, the newest first.
 *
 * @param items the journals, at most as many as users keep in mind for one site
 */
public record EscrowJournals(List<EscrowJournal> items) {}
