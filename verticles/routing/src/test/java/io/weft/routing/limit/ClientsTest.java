package io.weft.routing.limit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.vertx.core.net.SocketAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ClientsTest {
  private static long at(String address) {
    return Clients.at(SocketAddress.inetSocketAddress(4711, address));
  }

  @ParameterizedTest
  @CsvSource({
    "192.0.2.1, 192.0.2.1",
    "192.0.2.1, ::ffff:192.0.2.1",
    "2001:db8:1:2::1, 2001:db8:1:2:ffff:ffff:ffff:ffff",
    "fe80::1, fe80::2",
  })
  void addressesOfOneClient(String one, String other) {
    assertEquals(at(one), at(other));
  }

  @ParameterizedTest
  @CsvSource({
    "192.0.2.1, 192.0.2.2",
    "192.0.2.1, 191.0.2.1",
    "2001:db8:1:2::1, 2001:db8:1:3::1",
    "192.0.2.1, 2001:db8::c000:201",
  })
  void addressesOfTwoClients(String one, String other) {
    assertNotEquals(at(one), at(other));
  }

  @ParameterizedTest
  @ValueSource(strings = {"0.0.0.0", "::", "::1", "255.255.255.255"})
  void noAddressIsTheEmptyPlaceOfATable(String address) {
    assertNotEquals(0, at(address));
  }

  @Test
  void aClientWithoutAnAddressHasOneOfItsOwn() {
    assertEquals(Clients.at(null), Clients.at(SocketAddress.domainSocketAddress("/tmp/x")));
    assertNotEquals(Clients.EVERYBODY, Clients.at(null));
  }

  @Test
  void principalsAreToldApartFromEachOtherAndFromAddresses() {
    assertNotEquals(Clients.of("ada"), Clients.of("bob"));
    assertEquals(Clients.of("ada"), Clients.of("ada"));
    assertNotEquals(at("192.0.2.1"), Clients.of("192.0.2.1"));
  }
}
