package io.weft.users;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import org.junit.jupiter.api.Test;

/** Which addresses are one client's. */
final class ClientAddressTest {
  @Test
  void anAddressOfIpv4StandsForItself() {
    assertNotEquals(ClientAddress.counted("192.0.2.1"), ClientAddress.counted("192.0.2.2"));
    assertEquals(ClientAddress.counted("192.0.2.1"), ClientAddress.counted("::ffff:192.0.2.1"));
  }

  @Test
  void anAddressOfIpv6StandsForItsNetwork() {
    assertEquals(
        ClientAddress.counted("2001:db8:1:2::1"), ClientAddress.counted("2001:db8:1:2:ff:fe:1:2"));
    assertNotEquals(
        ClientAddress.counted("2001:db8:1:2::1"), ClientAddress.counted("2001:db8:1:3::1"));
    assertEquals(ClientAddress.counted("fe80::1"), ClientAddress.counted("fe80::2%eth0"));
  }

  @Test
  void whatIsNoAddressStandsForItself() {
    assertEquals("a proxy", ClientAddress.counted("a proxy"));
    assertEquals("", ClientAddress.counted(""));
  }
}
