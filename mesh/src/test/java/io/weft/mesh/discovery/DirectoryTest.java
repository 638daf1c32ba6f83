package io.weft.mesh.discovery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.buffer.Buffer;
import io.weft.mesh.discovery.NodeRecord.State;
import io.weft.mesh.time.VirtualTime;
import io.weft.mesh.wire.JsonCodec;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The picture of who serves what. */
class DirectoryTest {
  @Test
  void anEndpointServesTheOperationsThatItNamesAndNoOther() {
    var old = endpoint("old", "users.get");
    var current = endpoint("current", "users.get", "users.list");
    var directory = new Directory(1, List.of(), Map.of("users", List.of(old, current)));

    assertEquals(List.of(old, current), directory.serving("users.get"));
    assertEquals(List.of(current), directory.serving("users.list"));
    assertEquals(List.of(), directory.serving("users.delete"));
    assertEquals(List.of(old, current), directory.of("users"));
  }

  @Test
  void theListOfAnOperationIsDrawnOnceAndCannotBeChanged() {
    var endpoints = new ArrayList<>(List.of(endpoint("a", "users.get")));
    var directory = new Directory(1, List.of(), Map.of("users", endpoints));
    var serving = directory.serving("users.get");
    endpoints.clear();

    assertSame(serving, directory.serving("users.get"));
    assertEquals(1, serving.size());
    assertEquals(1, directory.of("users").size());
    assertThrows(UnsupportedOperationException.class, serving::clear);
  }

  @Test
  void aRegistryListsOnlyServingInstancesPerOperation() {
    var registry = new Registry("self", new VirtualTime(1), new Deaf());
    registry.accept(node("a", State.SERVING, State.SERVING, State.DRAINING));
    registry.accept(node("b", State.DRAINING, State.DRAINING));
    registry.accept(node("c", State.STARTING, State.SERVING));

    var serving = registry.directory().serving("users.get");
    assertEquals(List.of("a/1/users-0"), serving.stream().map(Endpoint::id).toList());
    registry.removed("a");
    assertEquals(List.of(), registry.directory().serving("users.get"));
  }

  @Test
  void anInstanceMayStandForAnotherSiteAndOneOfAnOlderNodeStandsForItsOwn() {
    var old =
        JsonCodec.decodeLenient(
            Buffer.buffer(
                """
                {"id":"users-1","service":"users","version":"1","lane":0,"weight":1,\
                "state":"SERVING","operations":["users.get"]}"""),
            InstanceRecord.class);
    var imported =
        new InstanceRecord(
            "users-2", "users", "1", 0, 1, State.SERVING, List.of("users.get"), "hub");
    var node =
        node("a", State.SERVING).next(State.SERVING, Map.of(), List.of(old, imported), List.of());

    assertTrue(old.local());
    assertEquals("site", Endpoint.of(node, old).site());
    assertFalse(imported.local());
    assertEquals("hub", Endpoint.of(node, imported).site());
    assertEquals(Place.SAME_NODE, Place.of(node).distance(Endpoint.of(node, old)));
    assertEquals(Place.ELSEWHERE, Place.of(node).distance(Endpoint.of(node, imported)));
    assertEquals(1, node.serving("users"));
    var written = JsonCodec.encode(imported);
    assertEquals(imported, JsonCodec.decodeLenient(written, InstanceRecord.class));
    assertFalse(JsonCodec.encode(old).toString().contains("site"));
  }

  private static final class Deaf implements Registry.Events {
    @Override
    public void lost(NodeRecord node, String why) {
      // What is lost does not matter here.
    }

    @Override
    public void abandoned(NodeRecord node) {
      // What is abandoned does not matter here.
    }
  }

  private static Endpoint endpoint(String id, String... operations) {
    return new Endpoint(id, "n", "1", id, "users", "site", "zone", 0, "1", 1, List.of(operations));
  }

  private static NodeRecord node(String id, State state, State... instances) {
    var list = new ArrayList<InstanceRecord>();
    for (var instance : instances) {
      list.add(
          new InstanceRecord(
              "users-" + list.size(), "users", "1", 0, 1, instance, List.of("users.get")));
    }
    return new NodeRecord(
        id, "1", 1, "m-" + id, "site", "zone", "1", state, 1, List.of("users"), Map.of(), list);
  }
}
