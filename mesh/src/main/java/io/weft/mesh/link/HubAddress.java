package io.weft.mesh.link;

/**
 * Where the gateway of a hub listens.
 *
 * @param host a name or an address
 * @param port 1 to 65535
 * @param tls whether it speaks TLS there
 */
public record HubAddress(String host, int port, boolean tls) {
  /** Characters of a host's name, as DNS has it. */
  private static final int HOST_MAX_CHARS = 253;

  /** The path of the gateway at which links begin. */
  public static final String PATH = "/v1/link";

  /**
   * Checks the address.
   *
   * @throws IllegalArgumentException if nothing can listen there
   */
  public HubAddress {
    if (host.isBlank() || host.length() > HOST_MAX_CHARS || port < 1 || port > 65_535) {
      throw new IllegalArgumentException(
          "hub: " + host + ":" + port + " (expected: a host, and a port from 1 to 65535)");
    }
  }
}
