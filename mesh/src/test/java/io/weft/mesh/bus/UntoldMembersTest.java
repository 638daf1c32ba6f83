package io.weft.mesh.bus;

import static io.weft.mesh.bus.Await.await;
import static io.weft.mesh.bus.Await.eventually;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.weft.mesh.discovery.InMemorySite;
import io.weft.mesh.discovery.NodeRecord;
import io.weft.mesh.discovery.NodeRecord.State;
import io.weft.mesh.discovery.Site;
import io.weft.mesh.telemetry.Decision;
import io.weft.mesh.telemetry.Telemetry;
import io.weft.mesh.time.Time;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A site that does not get round to telling that a member is gone. */
@Timeout(60)
class UntoldMembersTest {
  private final Vertx vertx = Vertx.vertx();
  private final HeldUpSite site = new HeldUpSite();

  @AfterEach
  void close() throws Exception {
    await(vertx.close());
  }

  /** Knows who is a member, and tells nobody when that changes. */
  private static final class HeldUpSite implements Site {
    private final InMemorySite records = new InMemorySite();
    private final AtomicInteger failures = new AtomicInteger();
    private volatile Set<String> members = Set.of();

    @Override
    public Future<Void> put(NodeRecord record) {
      return records.put(record);
    }

    @Override
    public Future<Void> remove(String node, String incarnation) {
      return records.remove(node, incarnation);
    }

    @Override
    public Optional<NodeRecord> get(String node) {
      return records.get(node);
    }

    @Override
    public List<NodeRecord> all() {
      return records.all();
    }

    @Override
    public Set<String> members() {
      if (failures.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
        throw new IllegalStateException("the site cannot tell");
      }
      return members;
    }

    @Override
    public void listen(Listener listener) {
      records.listen(listener);
    }
  }

  private static NodeRecord record(String name) {
    return new NodeRecord(
        name, "1", 1, name, "site", "zone", "1", State.SERVING, 0, List.of(), Map.of(), List.of());
  }

  @Test
  void aNodeThatLeavesTheClusterIsMissedAllTheSame() throws Exception {
    site.members = Set.of("one", "two");
    var mesh = new BusMesh(vertx, record("one"), site, Time.of(vertx), Telemetry.NONE);
    await(mesh.open());
    await(site.put(record("two")));
    eventually(() -> mesh.directory().nodes().size() == 2);

    site.members = Set.of("one");

    eventually(
        () ->
            mesh.decisions().latest(10).stream()
                .filter(decision -> decision.kind() == Decision.Kind.NODE_LEFT)
                .anyMatch(decision -> decision.why().equals("the node left the cluster")));
  }

  @Test
  void aLookAtTheMembersThatFailsIsNotTheLast() throws Exception {
    vertx.exceptionHandler(failure -> {});
    site.members = Set.of("one", "two");
    var mesh = new BusMesh(vertx, record("one"), site, Time.of(vertx), Telemetry.NONE);
    await(mesh.open());
    await(site.put(record("two")));
    eventually(() -> mesh.directory().nodes().size() == 2);

    site.failures.set(2);
    eventually(() -> site.failures.get() == 0);

    site.members = Set.of("one");
    eventually(() -> mesh.directory().nodes().size() == 1);
  }
}
