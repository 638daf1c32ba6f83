package io.weft.routing.limit;

import io.netty.util.NetUtil;
import io.vertx.core.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * Clients as numbers, the same on every node, and never 0.
 *
 * <p>An address of IPv4 is its number. An address of IPv6 is the number of its network of 64 bits,
 * as whoever has one address there has all of them. These cannot meet: no network begins as an
 * address of IPv4 within IPv6 ends, with 16 zeros and 16 ones. A principal is a hash of the name,
 * which is given out and not chosen.
 */
public final class Clients {
  /** All clients, where they are not told apart. */
  public static final long EVERYBODY = 1;

  private static final int IPV4_BYTES = 4;
  private static final int NETWORK_BYTES = 8;
  private static final long IPV4 = 0x0000_FFFF_0000_0000L;
  private static final long NOWHERE = 2;
  private static final long PRINCIPAL = Long.MIN_VALUE;
  private static final long FNV_BASIS = 0xcbf29ce484222325L;
  private static final long FNV_PRIME = 0x100000001b3L;

  private Clients() {}

  /** Returns the client at an end of a connection; all without an address are one. */
  public static long at(@Nullable SocketAddress address) {
    var text = address == null ? null : address.hostAddress();
    var bytes = text == null ? null : NetUtil.createByteArrayFromIpAddressString(text);
    if (bytes == null) {
      return NOWHERE;
    }
    if (bytes.length == IPV4_BYTES) {
      return IPV4 | number(bytes, 0, IPV4_BYTES);
    }
    long network = number(bytes, 0, NETWORK_BYTES);
    if (network != 0) {
      return network;
    }
    long host = number(bytes, NETWORK_BYTES, bytes.length); // IPv4 within IPv6, or the loopback.
    return host == 0 ? NOWHERE : host;
  }

  private static long number(byte[] bytes, int from, int to) {
    long number = 0;
    for (int i = from; i < to; i++) {
      number = (number << 8) | (bytes[i] & 0xff);
    }
    return number;
  }

  /** Returns the principal of a name. */
  public static long of(String subject) {
    long hash = FNV_BASIS; // Fowler, Noll and Vo, FNV-1a.
    for (int i = 0; i < subject.length(); i++) {
      hash = (hash ^ subject.charAt(i)) * FNV_PRIME;
    }
    return mixed(hash) | PRINCIPAL;
  }

  /** Returns a number each bit of which depends on each bit of another; Stafford's variant 13. */
  static long mixed(long number) {
    long first = (number ^ (number >>> 30)) * 0xbf58476d1ce4e5b9L;
    long second = (first ^ (first >>> 27)) * 0x94d049bb133111ebL;
    return second ^ (second >>> 31);
  }
}
