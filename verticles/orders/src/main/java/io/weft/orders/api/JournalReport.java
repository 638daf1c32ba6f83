package io.weft.orders.api;

/**
 * How the journal of a site stands, which all its instances of orders share.
 *
 * @param incarnation of the journal, by which the hub knows it
 * @param position how far the site has come with it
 * @param linked whether the instance that answers places orders at the hub
 * @param waiting orders that are to be brought to the hub
 * @param promised how many of them were CONFIRMED
 * @param disputed orders that an operator has to see to
 * @param oldestSeconds for how long the oldest of those that wait has waited; 0 when none does
 */
public record JournalReport(
    String incarnation,
    long position,
    boolean linked,
    long waiting,
    long promised,
    long disputed,
    long oldestSeconds) {}
