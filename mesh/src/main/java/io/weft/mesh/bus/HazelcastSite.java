package io.weft.mesh.bus;

import com.hazelcast.cluster.Member;
import com.hazelcast.cluster.MembershipEvent;
import com.hazelcast.cluster.MembershipListener;
import com.hazelcast.core.EntryAdapter;
import com.hazelcast.core.EntryEvent;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.core.LifecycleEvent.LifecycleState;
import com.hazelcast.replicatedmap.ReplicatedMap;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.weft.mesh.MeshFailure;
import io.weft.mesh.discovery.NodeRecord;
import io.weft.mesh.discovery.Site;
import io.weft.mesh.wire.JsonCodec;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A site whose nodes are members of a Hazelcast cluster: records as JSON in a replicated map.
 *
 * <p>Reads come from this member's copy. Writes wait for the cluster and therefore run on a worker
 * thread, in order. Safe for use by many threads.
 */
final class HazelcastSite implements Site {
  private static final Logger LOG = LoggerFactory.getLogger(HazelcastSite.class);
  private static final String RECORDS = "weft.nodes";
  private static final String MEMBER_ATTRIBUTE = "__vertx.nodeId";

  private final Vertx vertx;
  private final HazelcastInstance hazelcast;
  private final ReplicatedMap<String, String> records;

  HazelcastSite(Vertx vertx, HazelcastInstance hazelcast) {
    this.vertx = vertx;
    this.hazelcast = hazelcast;
    records = hazelcast.getReplicatedMap(RECORDS);
  }

  @Override
  public Future<Void> put(NodeRecord record) {
    var text = JsonCodec.encode(record).toString();
    return vertx.executeBlocking(
        () -> {
          records.put(record.id(), text);
          return null;
        });
  }

  @Override
  public Future<Void> remove(String node, String incarnation) {
    return vertx.executeBlocking(
        () -> {
          if (get(node).filter(r -> r.incarnation().equals(incarnation)).isPresent()) {
            records.remove(node);
          }
          return null;
        });
  }

  @Override
  public Optional<NodeRecord> get(String node) {
    return read(node, records.get(node));
  }

  @Override
  public List<NodeRecord> all() {
    return records.entrySet().stream()
        .flatMap(entry -> read(entry.getKey(), entry.getValue()).stream())
        .toList();
  }

  @Override
  public Set<String> members() {
    var ids = new HashSet<String>();
    for (Member member : hazelcast.getCluster().getMembers()) {
      var id = member.getAttribute(MEMBER_ATTRIBUTE);
      if (id != null) {
        ids.add(id);
      }
    }
    return ids;
  }

  @Override
  public void listen(Listener listener) {
    records.addEntryListener(new Entries(listener));
    hazelcast.getCluster().addMembershipListener(new Memberships(listener));
    hazelcast
        .getLifecycleService()
        .addLifecycleListener(
            event -> {
              if (event.getState() == LifecycleState.MERGED) {
                LOG.info("Two halves of the site came together again");
                listener.membersChanged();
              }
            });
  }

  private Optional<NodeRecord> read(String node, @Nullable String text) {
    if (text == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(JsonCodec.decode(Buffer.buffer(text), NodeRecord.class));
    } catch (MeshFailure e) {
      LOG.warn("The record of {} was not written by a node of ours: {}", node, e.getMessage());
      return Optional.empty();
    }
  }

  private final class Entries extends EntryAdapter<String, String> {
    private final Listener listener;

    Entries(Listener listener) {
      this.listener = listener;
    }

    @Override
    public void entryAdded(EntryEvent<String, String> event) {
      read(event.getKey(), event.getValue()).ifPresent(listener::put);
    }

    @Override
    public void entryUpdated(EntryEvent<String, String> event) {
      read(event.getKey(), event.getValue()).ifPresent(listener::put);
    }

    @Override
    public void entryRemoved(EntryEvent<String, String> event) {
      listener.removed(event.getKey());
    }
  }

  private record Memberships(Listener listener) implements MembershipListener {
    @Override
    public void memberAdded(MembershipEvent event) {
      listener.membersChanged();
    }

    @Override
    public void memberRemoved(MembershipEvent event) {
      listener.membersChanged();
    }
  }
}
