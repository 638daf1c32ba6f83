package io.weft.orders.site;

import io.vertx.core.Future;
import java.util.UUID;
import java.util.function.Function;

/** The journal of a site as a whole, which all instances in the site share. */
public interface SiteJournal extends Journal {
  /**
   * How a journal stands.
   *
   * @param incarnation of it
   * @param position how far the site has come with it
   * @param unsettled orders that the hub has not decided on
   */
  record Standing(UUID incarnation, long position, long unsettled) {}

  /** Tells how the journal stands. */
  Future<Standing> standing();

  /** Tells whether any order waits to be brought to the hub; those in dispute do not. */
  Future<Boolean> waits();

  /**
   * Takes the bringing of orders for this instance, if it is free or this instance's already. Two
   * that bring the same orders do no harm, and cost twice as much.
   */
  Future<Boolean> take();

  /**
   * Makes the journal another one if it is void. Nobody changes it while that is found out.
   *
   * @param isVoid tells of the journal as it stands whether it is
   * @return whether it was made another one
   */
  Future<Boolean> renewIf(Function<Standing, Future<Boolean>> isVoid);
}
