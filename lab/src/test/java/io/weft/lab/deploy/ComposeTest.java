package io.weft.lab.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.weft.node.settings.SettingLayers;
import java.io.IOException;
import java.nio.file.Files;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** The compose file: three nodes that a node's settings allow, and that may do little. */
final class ComposeTest {
  private static final Set<String> NODES = Set.of("n1", "n2", "n3");

  private static Map<?, ?> services() throws IOException {
    var file = Chart.HELM.resolveSibling("container").resolve("compose.yaml");
    return (Map<?, ?>) Chart.at(Chart.documents(Files.readString(file)).get(0), "services");
  }

  /** Returns the nodes with what they take over from elsewhere in the file. */
  private static Map<String, Map<Object, Object>> nodes() throws IOException {
    var nodes = new TreeMap<String, Map<Object, Object>>();
    services()
        .forEach(
            (name, service) -> {
              if (NODES.contains(name.toString())) {
                nodes.put(name.toString(), merged((Map<?, ?>) service));
              }
            });
    return nodes;
  }

  private static Map<Object, Object> merged(Map<?, ?> written) {
    var all = new LinkedHashMap<Object, Object>();
    if (written.get("<<") instanceof Map<?, ?> taken) {
      all.putAll(taken);
    }
    all.putAll(written);
    all.remove("<<");
    return all;
  }

  private static Map<Object, Object> environment(Map<Object, Object> node) {
    return merged((Map<?, ?>) Chart.at(node, "environment"));
  }

  @Test
  void everyVariableIsASettingOfTheNode() throws IOException {
    for (var node : nodes().values()) {
      var unknown = new TreeSet<String>();
      environment(node).keySet().forEach(name -> unknown.add(name.toString()));
      unknown.removeAll(SettingLayers.variables());
      assertEquals(Set.of(), unknown);
    }
  }

  @Test
  void eachNodeHasANameAndAnAddressOfItsOwnAndJoinsAllOfThem() throws IOException {
    var nodes = nodes();
    assertEquals(NODES, nodes.keySet());
    var seeds = new TreeSet<String>();
    nodes.forEach(
        (name, node) -> {
          var environment = environment(node);
          assertEquals(name, environment.get("WEFT_NODE_NAME"));
          var address = environment.get("WEFT_CLUSTER_HOST");
          assertEquals(address, Chart.at(node, "networks", "weft", "ipv4_address"));
          seeds.add(address + ":5701");
        });
    for (var node : nodes.values()) {
      var join = environment(node).get("WEFT_CLUSTER_JOIN").toString();
      assertEquals(seeds, new TreeSet<>(List.of(join.split(","))));
    }
  }

  @Test
  void aNodeMayWriteNowhereButInItsVolumesAndDoNothingAsRoot() throws IOException {
    for (var node : nodes().values()) {
      assertEquals(true, node.get("read_only"));
      assertEquals(List.of("ALL"), node.get("cap_drop"));
      assertEquals(List.of("no-new-privileges:true"), node.get("security_opt"));
      assertEquals(1, ((List<?>) Chart.at(node, "volumes")).size());
    }
  }

  @Test
  void nothingIsPublishedButTheGatewaysAndThoseOnLoopback() throws IOException {
    for (var service : services().entrySet()) {
      var written = (Map<?, ?>) service.getValue();
      if (written.get("ports") instanceof List<?> ports) {
        assertTrue(NODES.contains(service.getKey().toString()));
        for (var port : ports) {
          assertTrue(port.toString().matches("127\\.0\\.0\\.1:[0-9]+:8080"), port.toString());
        }
      }
    }
  }
}
