package io.weft.mesh.link;

/** Why a connection of a link is refused or ends; each has a number on the wire. */
public enum LinkReason {
  /** A reason that this version does not know, or none was given: the connection just closed. */
  UNKNOWN(0),
  /** What came cannot be read, or must not come there. */
  MALFORMED(1),
  /** There is no version that both sides speak. */
  VERSION(2),
  /** The site is not enrolled at this hub, or not with the key that it showed. */
  NOT_ENROLLED(3),
  /** The site was enrolled at this hub, and is no more. */
  REVOKED(4),
  /** A newer link of the same site counts. */
  SUPERSEDED(5),
  /** The hub has as many links as it takes. */
  BUSY(6),
  /** The hub cannot look up who is enrolled at present. */
  UNAVAILABLE(7),
  /** The node at the other end is about to stop. */
  LEAVING(8),
  /** A signature is not by the key that it should be by. */
  NOT_PROVED(9),
  /** Nothing was heard of the other side for too long. Never on the wire. */
  SILENT(10),
  /** The hub knows no such invitation, or the proof of its code is wrong. */
  NOT_INVITED(11),
  /** The invitation is too old, by the hub's clock. */
  EXPIRED(12),
  /** The invitation was used by another key. */
  USED(13);

  private final int code;

  LinkReason(int code) {
    this.code = code;
  }

  int code() {
    return code;
  }

  /** Returns whether to connect again by itself is of no use. */
  public boolean isFinal() {
    return this == REVOKED || this == SUPERSEDED;
  }

  static LinkReason of(int code) {
    for (var each : values()) {
      if (each.code == code) {
        return each;
      }
    }
    return UNKNOWN;
  }
}
