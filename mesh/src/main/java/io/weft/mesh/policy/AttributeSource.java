package io.weft.mesh.policy;

/**
 * Where the gateway takes an attribute of a call from.
 *
 * @param from the kind of place
 * @param header the name of the header; empty for other places
 */
public record AttributeSource(From from, String header) {
  /** The kind of place. */
  public enum From {
    /** The first value of a header of the request. */
    HEADER,
    /** The address of the client's end of the connection, without its port. */
    CLIENT_ADDRESS
  }
}
