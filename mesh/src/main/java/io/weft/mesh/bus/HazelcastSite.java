package io.weft.mesh.bus;

import com.hazelcast.cluster.Member;
import com.hazelcast.cluster.MembershipEvent;
import com.hazelcast.cluster.MembershipListener;
import com.hazelcast.core.EntryAdapter;
import com.hazelcast.core.EntryEvent;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.core.LifecycleEvent.LifecycleState;
import com.hazelcast.map.MapEvent;
import com.hazelcast.replicatedmap.ReplicatedMap;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.weft.mesh.MeshFailure;
import io.weft.mesh.MeshLimits;
import io.weft.mesh.discovery.NodeRecord;
import io.weft.mesh.discovery.Site;
import io.weft.mesh.telemetry.Telemetry;
import io.weft.mesh.time.Ticker;
import io.weft.mesh.time.Time;
import io.weft.mesh.wire.JsonCodec;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
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

  /**
   * How long a start waits for the records that were there before: the copy arrives within
   * milliseconds, and what is lost on its way is written again by its owner.
   */
  static final Duration FILL_PATIENCE = Duration.ofSeconds(1);

  /** How often a start looks whether they are there; Hazelcast itself would once a second. */
  static final Duration FILL_INTERVAL = Duration.ofMillis(5);

  /**
   * How long a start waits for Hazelcast to come to rest: it takes a third of a second, unless
   * members come and go all the time.
   */
  static final Duration REST_PATIENCE = Duration.ofSeconds(1);

  /** How often a start looks whether it has: each look may ask the oldest member. */
  static final Duration REST_INTERVAL = Duration.ofMillis(20);

  private final Vertx vertx;
  private final HazelcastInstance hazelcast;
  private final Telemetry telemetry;
  private final Complaints complaints;

  /** Anybody on the cluster can write into it whatever it likes. */
  private final ReplicatedMap<Object, Object> records;

  /** What the entries say, each read once; no more of them than there are entries. */
  private final Map<Object, Read> read = new ConcurrentHashMap<>();

  /** An entry's text and what it says; null if it is not ours. */
  private record Read(Object text, @Nullable NodeRecord record) {}

  HazelcastSite(Vertx vertx, HazelcastInstance hazelcast, Ticker ticker, Telemetry telemetry) {
    this.vertx = vertx;
    this.hazelcast = hazelcast;
    this.telemetry = telemetry;
    complaints = new Complaints(LOG, ticker);
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

  /**
   * Waits for the records of the nodes that were members before this one, without which none of
   * them can be called; but for no longer than {@link #FILL_PATIENCE}, since one of them may have
   * died, or be none of ours.
   */
  Future<Void> filled(Time time) {
    return filled(time, time.ticker().nanos() + FILL_PATIENCE.toNanos());
  }

  private Future<Void> filled(Time time, long untilNanos) {
    return isFilled() || time.ticker().nanos() - untilNanos >= 0
        ? Future.succeededFuture()
        : after(time, FILL_INTERVAL).compose(again -> filled(time, untilNanos));
  }

  /**
   * Waits until this member has its share of Hazelcast's partitions and nothing of them moves any
   * more; but for no longer than {@link #REST_PATIENCE}. Vert.x keeps in them who listens where:
   * while they move, the others may not hear for seconds of one who begins to listen, nor that a
   * node has died (decision 0069).
   */
  Future<Void> rested(Time time) {
    return rested(time, time.ticker().nanos() + REST_PATIENCE.toNanos());
  }

  private Future<Void> rested(Time time, long untilNanos) {
    return vertx
        .executeBlocking(hazelcast.getPartitionService()::isLocalMemberSafe, false)
        .compose(
            rests -> {
              if (rests) {
                return Future.succeededFuture();
              }
              if (time.ticker().nanos() - untilNanos >= 0) {
                LOG.info("The cluster is still being rearranged; this node goes on all the same");
                return Future.succeededFuture();
              }
              return after(time, REST_INTERVAL).compose(again -> rested(time, untilNanos));
            });
  }

  private static Future<Void> after(Time time, Duration delay) {
    Promise<Void> waited = Promise.promise();
    time.timers().after(delay, waited::complete);
    return waited.future();
  }

  private boolean isFilled() {
    var ids = new HashSet<String>();
    for (NodeRecord record : all()) {
      ids.add(record.member());
    }
    for (Member member : hazelcast.getCluster().getMembers()) { // The oldest first.
      if (member.localMember()) {
        return true;
      }
      var id = member.getAttribute(MEMBER_ATTRIBUTE);
      if (id != null && !ids.contains(id)) {
        return false;
      }
    }
    return true;
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
              } else if (event.getState() == LifecycleState.SHUTTING_DOWN) {
                listener.ended();
              }
            });
  }

  /** Returns the record of an entry, if it is one of ours. */
  private Optional<NodeRecord> read(Object key, @Nullable Object text) {
    if (text == null) {
      return Optional.empty();
    }
    var known = read.get(key);
    if (known == null || !known.text.equals(text)) {
      known = new Read(text, decode(key, text));
      read.put(key, known);
    }
    return Optional.ofNullable(known.record);
  }

  private @Nullable NodeRecord decode(Object key, Object text) {
    try {
      return ours(key, text);
    } catch (MeshFailure | IllegalArgumentException e) {
      telemetry.ignored("record");
      synchronized (complaints) { // Hazelcast tells on a thread of its own.
        complaints.add("A node's record that was not written by a node of ours", e);
      }
      return null;
    }
  }

  private static NodeRecord ours(Object key, Object text) {
    if (!(text instanceof String json)) {
      throw new IllegalArgumentException(text.getClass().getName() + " (expected: a text)");
    }
    if (json.length() > MeshLimits.RECORD_MAX_CHARS) {
      throw new IllegalArgumentException(
          json.length() + " characters (limit: " + MeshLimits.RECORD_MAX_CHARS + ")");
    }
    var record = JsonCodec.decodeLenient(Buffer.buffer(json), NodeRecord.class);
    if (!record.id().equals(key)) {
      throw new IllegalArgumentException("the record of " + record.id() + " as that of " + key);
    }
    return record;
  }

  private final class Entries extends EntryAdapter<Object, Object> {
    private final Listener listener;

    Entries(Listener listener) {
      this.listener = listener;
    }

    @Override
    public void entryAdded(EntryEvent<Object, Object> event) {
      read(event.getKey(), event.getValue()).ifPresent(listener::put);
    }

    @Override
    public void entryUpdated(EntryEvent<Object, Object> event) {
      read(event.getKey(), event.getValue()).ifPresent(listener::put);
    }

    @Override
    public void entryRemoved(EntryEvent<Object, Object> event) {
      read.remove(event.getKey());
      if (event.getKey() instanceof String node) {
        listener.removed(node);
      }
    }

    @Override
    public void mapCleared(MapEvent event) {
      read.clear();
      listener.membersChanged(); // Every owner writes its record again.
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
