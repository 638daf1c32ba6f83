package io.weft.mesh.link;

/**
 * What one side of a connection closes its messages with, and opens the other's.
 *
 * @param out closes
 * @param in opens
 */
record Seals(Seal out, Seal in) {
  private static final String UP = "weft.link.edge-to-hub";
  private static final String DOWN = "weft.link.hub-to-edge";

  static Seals ofEdge(byte[] shared, byte[] salt) {
    return new Seals(seal(shared, salt, UP), seal(shared, salt, DOWN));
  }

  static Seals ofHub(byte[] shared, byte[] salt) {
    return new Seals(seal(shared, salt, DOWN), seal(shared, salt, UP));
  }

  private static Seal seal(byte[] shared, byte[] salt, String direction) {
    return new Seal(KeyAgreementPair.derive(shared, salt, direction));
  }
}
