package io.weft.routing.upstream;

import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.Collection;
import java.util.regex.Pattern;

/**
 * Where one endpoint of an upstream listens.
 *
 * @param host a name, an IPv4 address, or an IPv6 address without brackets
 * @param port 1 to 65535
 */
public record EndpointAddress(String host, int port) {
  private static final int PORT_MAX = 65_535;
  private static final Pattern TEXT =
      Pattern.compile("([A-Za-z0-9][A-Za-z0-9._-]{0,252}|\\[[0-9A-Fa-f:.]{2,45}]):([0-9]{1,5})");
  private static final Pattern NUMERIC = Pattern.compile("[0-9.]+|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*");

  /**
   * Reads {@code host:port}, as in {@code 10.0.0.5:8080} or {@code [::1]:8080}.
   *
   * @throws IllegalArgumentException if it is not
   */
  public static EndpointAddress of(String text) {
    var match = TEXT.matcher(text);
    if (!match.matches()) {
      throw new IllegalArgumentException("endpoint \"" + text + "\" (expected: host:port)");
    }
    int port = Integer.parseInt(match.group(2));
    if (port < 1 || port > PORT_MAX) {
      throw new IllegalArgumentException(
          "endpoint \"" + text + "\" (expected: a port, 1 to " + PORT_MAX + ")");
    }
    return new EndpointAddress(match.group(1).replaceAll("[\\[\\]]", ""), port);
  }

  /**
   * Returns whether this is where one of our own ports listens: such a request would come back to
   * us, for ever. A name is not looked up; requests that come back all the same are known by their
   * Via.
   *
   * @param ours {@code host:port} of the ports of all nodes
   */
  boolean isOneOf(Collection<String> ours) {
    return ours.stream().anyMatch(this::same);
  }

  private boolean same(String ours) {
    int colon = ours.lastIndexOf(':');
    if (colon < 0 || !ours.substring(colon + 1).equals(Integer.toString(port))) {
      return false;
    }
    var other = ours.substring(0, colon).replaceAll("[\\[\\]]", "");
    return other.equalsIgnoreCase(host) || (ofThisHost(host) && ofThisHost(other));
  }

  /** Asks no name server: only what is written as a number is looked at. */
  private static boolean ofThisHost(String host) {
    if (host.equalsIgnoreCase("localhost")) {
      return true;
    }
    if (!NUMERIC.matcher(host).matches()) {
      return false;
    }
    try {
      var address = InetAddress.getByName(host);
      return address.isLoopbackAddress()
          || address.isAnyLocalAddress()
          || NetworkInterface.getByInetAddress(address) != null;
    } catch (UnknownHostException | SocketException e) {
      return false; // Not an address at all, so nobody listens there.
    }
  }

  @Override
  public String toString() {
    return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port;
  }
}
