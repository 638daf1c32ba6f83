package io.weft.mesh.bus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.hazelcast.config.Config;
import io.vertx.core.Vertx;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Where a node looks for others. */
final class SeedsTest {
  private static List<String> addresses(Seeds seeds) {
    var vertx = Vertx.vertx();
    try {
      return seeds.addresses(vertx, 5701).toCompletionStage().toCompletableFuture().join();
    } finally {
      vertx.close().toCompletionStage().toCompletableFuture().join();
    }
  }

  @Test
  void addressesAreMembersAsTheyWereGiven() {
    var seeds = new Seeds(List.of("10.0.0.1:5701", "10.0.0.2:5702"));
    var plain = new Config();
    seeds.addTo(plain, 5701);
    var advanced = new Config();
    advanced.getAdvancedNetworkConfig().setEnabled(true);
    seeds.addTo(advanced, 5701);
    for (var ways :
        List.of(
            plain.getNetworkConfig().getJoin(), advanced.getAdvancedNetworkConfig().getJoin())) {
      assertEquals(seeds.join(), ways.getTcpIpConfig().getMembers());
      assertFalse(ways.getKubernetesConfig().isEnabled());
    }
    assertEquals(seeds.join(), addresses(seeds));
  }

  @Test
  void aNameIsAskedForInsteadOfMembers() {
    var config = new Config();
    var ways = config.getNetworkConfig().getJoin();
    ways.getTcpIpConfig().setEnabled(true);
    new Seeds(List.of("dns:nodes.example")).addTo(config, 5801);
    assertFalse(ways.getTcpIpConfig().isEnabled());
    assertTrue(ways.getKubernetesConfig().isEnabled());
    assertEquals("nodes.example", ways.getKubernetesConfig().getProperty("service-dns"));
    assertEquals("5801", ways.getKubernetesConfig().getProperty("service-port"));
  }

  @Test
  void aNameHasTheAddressesOfAllNodesWithTheOnePortOfTheCluster() {
    assertTrue(addresses(new Seeds(List.of("dns:localhost"))).contains("127.0.0.1:5701"));
  }

  @Test
  void aHostMayBeCalledDns() {
    assertFalse(Seeds.isName("dns:5701"));
    assertEquals(List.of("dns:5701"), addresses(new Seeds(List.of("dns:5701"))));
  }

  @Test
  void aNameThatNobodyKnowsYetHasNone() {
    assertEquals(List.of(), addresses(new Seeds(List.of("dns:nobody.invalid"))));
  }
}
