package io.weft.mesh.discovery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.weft.mesh.MeshLimits;
import io.weft.mesh.discovery.NodeRecord.State;
import io.weft.mesh.time.VirtualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Ten thousand instances on a hundred nodes, of which each believes for itself. */
class ScaleTest {
  private static final int NODES = 100;
  private static final int INSTANCES = 100;
  private static final int SERVICES = 10;

  private final VirtualTime time = new VirtualTime(1);
  private final Map<String, NodeRecord> shared = new TreeMap<>();
  private final List<Member> members = new ArrayList<>();

  /** One simulated node: it ticks, announces itself, and looks the record up that it lacks. */
  private final class Member implements Registry.Events {
    private final NodeRecord record;
    private final Registry registry;

    Member(int number) {
      record = node(number);
      registry = new Registry(record.id(), time, this);
    }

    void join() {
      registry.acceptAll(shared.values());
      shared.put(record.id(), record);
      registry.accept(record);
      members.add(this);
      every(Registry.TICK_INTERVAL, registry::tick);
      every(MeshLimits.ANNOUNCE_INTERVAL, this::announce);
    }

    private void announce() {
      var said = new Announcement(record.id(), record.incarnation(), record.revision());
      for (var other : members) {
        if (other != this && !other.registry.heard(said)) {
          other.registry.accept(shared.get(said.node()));
          other.registry.heard(said);
        }
      }
    }

    @Override
    public void lost(NodeRecord node, String why) {
      throw new AssertionError(node.id() + " is lost to " + record.id() + ": " + why);
    }

    @Override
    public void abandoned(NodeRecord node) {
      throw new AssertionError(node.id() + " is abandoned");
    }
  }

  @Test
  void allNodesSeeAllInstancesWithinASecondAfterANodeJoined() {
    for (int i = 0; i < NODES - 1; i++) {
      new Member(i).join();
    }
    time.advance(Duration.ofSeconds(3));
    assertEquals((NODES - 1) * INSTANCES, seen(members.get(0)));

    new Member(NODES - 1).join(); // The news of its record reaches nobody but by announcement.
    time.advance(Duration.ofSeconds(1));

    for (var member : members) {
      assertEquals(NODES * INSTANCES, seen(member));
      assertEquals(
          NODES * INSTANCES / SERVICES, member.registry.directory().serving("s3.get").size());
    }
  }

  @Test
  void whatNothingHasHappenedToIsNotDrawnAgain() {
    for (int i = 0; i < NODES; i++) {
      new Member(i).join();
    }
    time.advance(Duration.ofSeconds(1));
    var pictures = members.stream().map(m -> m.registry.directory().version()).toList();

    time.advance(Duration.ofSeconds(10));

    assertEquals(pictures, members.stream().map(m -> m.registry.directory().version()).toList());
    assertTrue(time.pending() > 0);
  }

  private static int seen(Member member) {
    return member.registry.directory().endpoints().values().stream().mapToInt(List::size).sum();
  }

  private void every(Duration interval, Runnable task) {
    time.after(
        interval,
        () -> {
          task.run();
          every(interval, task);
        });
  }

  private static NodeRecord node(int number) {
    var instances =
        IntStream.range(0, INSTANCES)
            .mapToObj(
                i -> {
                  var service = "s" + i % SERVICES;
                  return new InstanceRecord(
                      service + "-" + i,
                      service,
                      "1",
                      0,
                      1,
                      State.SERVING,
                      List.of(service + ".get", service + ".put"));
                })
            .toList();
    return new NodeRecord(
        "n" + number,
        "1",
        1,
        "m" + number,
        "site",
        "zone",
        "1",
        State.SERVING,
        1,
        List.of(),
        Map.of(),
        instances);
  }
}
