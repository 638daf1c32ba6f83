package io.weft.users;

import io.netty.util.NetUtil;
import java.util.Arrays;
import java.util.HexFormat;

/** From where a client asks, in the form in which tries are counted. */
final class ClientAddress {
  private ClientAddress() {}

  /**
   * Returns what stands for all addresses between which a client can choose: an IPv4 address for
   * itself, an IPv6 address for its network of 64 bits. Anything else stands for itself.
   */
  static String counted(String address) {
    byte[] bytes = NetUtil.createByteArrayFromIpAddressString(address);
    if (bytes == null) {
      return address;
    }
    byte[] network = isMapped(bytes) ? Arrays.copyOfRange(bytes, 12, 16) : bytes;
    return HexFormat.of()
        .formatHex(network, 0, Math.min(network.length, UsersLimits.IPV6_CLIENT_BITS / Byte.SIZE));
  }

  /** An IPv4 address within one of IPv6, as a socket for both shows it. */
  private static boolean isMapped(byte[] bytes) {
    for (int i = 0; i < 10; i++) {
      if (bytes.length != 16 || bytes[i] != 0) {
        return false;
      }
    }
    return bytes[10] == -1 && bytes[11] == -1;
  }
}
