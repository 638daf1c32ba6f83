package io.weft.orders.site;

/** Where an instance of orders at a site places orders. */
public enum Mode {
  /** At the hub. */
  LINKED,
  /** In the journal of the site. */
  ALONE
}
