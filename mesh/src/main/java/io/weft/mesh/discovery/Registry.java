package io.weft.mesh.discovery;

import io.weft.mesh.MeshLimits;
import io.weft.mesh.discovery.NodeRecord.State;
import io.weft.mesh.time.Ticker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What one node believes of all nodes of its site.
 *
 * <p>A record counts only as long as its owner renews its lease by announcements. Membership of the
 * cluster is a hint: a member that left is disbelieved at once, but an announcement brings it back.
 * When every other node has fallen silent, it is more likely that discovery has failed than that
 * all have died at one moment: then the last known endpoints stay in use (static stability), except
 * those of members that are known to have left. A pause of this process itself, seen as a late
 * tick, is nobody else's silence and counts for no lease.
 *
 * <p>For one event loop; {@link #directory} alone may be read from any thread.
 */
public final class Registry {
  private static final long LEASE_NANOS = MeshLimits.LEASE.toNanos();
  private static final long KEPT_NANOS = MeshLimits.RECORD_KEPT.toNanos();

  /** How often {@link #tick} is to be called. */
  public static final Duration TICK_INTERVAL = Duration.ofMillis(100);

  /** A tick that comes later than this after the one before it tells of a pause of this process. */
  private static final Duration TICK_LATE = Duration.ofMillis(500);

  private final Ticker ticker;
  private final String self;
  private final Events events;
  private final Map<String, Entry> entries = new TreeMap<>();
  private final Set<String> members = new HashSet<>();
  private long lastTickNanos;
  private volatile Directory directory = Directory.EMPTY;

  /** What the registry tells its owner. Called on the registry's event loop. */
  public interface Events {
    /** A node's incarnation is believed dead, cut off or replaced: no answer will come from it. */
    void lost(NodeRecord node, String why);

    /** A node's record can be dropped from the shared map: its owner is gone for good. */
    void abandoned(NodeRecord node);
  }

  private static final class Entry {
    NodeRecord record;
    long heardNanos;
    boolean believed;

    Entry(NodeRecord record, long heardNanos) {
      this.record = record;
      this.heardNanos = heardNanos;
      believed = true;
    }
  }

  /**
   * Creates an empty registry.
   *
   * @param self the id of the node that it belongs to, which is always believed
   */
  public Registry(String self, Ticker ticker, Events events) {
    this.self = self;
    this.ticker = ticker;
    this.events = events;
    lastTickNanos = ticker.nanos();
  }

  /** Returns the present picture. From any thread. */
  public Directory directory() {
    return directory;
  }

  /** Takes note of the present members of the cluster, by member id. */
  public void members(Collection<String> present) {
    var left = new HashSet<>(members);
    left.removeAll(present);
    members.clear();
    members.addAll(present);
    for (var entry : entries.values()) {
      if (left.contains(entry.record.member())) {
        disbelieve(entry, "the node left the cluster");
      }
    }
    draw();
  }

  /** Takes note of a record in the shared map. */
  public void accept(NodeRecord record) {
    var known = entries.get(record.id());
    if (known == null) {
      entries.put(record.id(), fresh(record));
    } else if (!known.record.incarnation().equals(record.incarnation())) {
      if (!succeeds(record, known)) {
        return;
      }
      disbelieve(known, "the node restarted");
      entries.put(record.id(), fresh(record));
    } else if (record.revision() > known.record.revision()) {
      known.record = record;
    } else {
      return;
    }
    draw();
  }

  /** A late write of a dead incarnation must not displace a living one. */
  private boolean succeeds(NodeRecord record, Entry known) {
    return members.contains(record.member())
        || !(known.believed || members.contains(known.record.member()));
  }

  private Entry fresh(NodeRecord record) {
    var entry = new Entry(record, ticker.nanos());
    entry.believed =
        record.id().equals(self) || members.isEmpty() || members.contains(record.member());
    return entry;
  }

  /**
   * Takes note of an announcement.
   *
   * @return whether the record held here is the announced one; if not, the shared map has a newer
   */
  public boolean heard(Announcement announcement) {
    var entry = entries.get(announcement.node());
    if (entry == null || !entry.record.incarnation().equals(announcement.incarnation())) {
      return false;
    }
    entry.heardNanos = ticker.nanos();
    if (!entry.believed) {
      entry.believed = true;
      draw();
    }
    return entry.record.revision() >= announcement.revision();
  }

  /** Forgets a node whose record was taken out of the shared map. */
  public void removed(String node) {
    var entry = node.equals(self) ? null : entries.remove(node);
    if (entry != null) {
      disbelieve(entry, "the node left the mesh");
      draw();
    }
  }

  /** Lets time pass: leases end, and records that nobody renews are abandoned. */
  public void tick() {
    long now = ticker.nanos();
    forgiveOwnPause(now);
    lastTickNanos = now;
    var others = entries.values().stream().filter(e -> !e.record.id().equals(self)).toList();
    boolean anyHeard = others.stream().anyMatch(e -> now - e.heardNanos < LEASE_NANOS);
    boolean changed = false;
    for (var entry : others) {
      long silentNanos = now - entry.heardNanos;
      boolean member = members.contains(entry.record.member());
      if (entry.believed && silentNanos >= LEASE_NANOS && (anyHeard || !member)) {
        disbelieve(entry, "the node's lease ended: silent for " + silentNanos / 1_000_000 + " ms");
        changed = true;
      }
      if (silentNanos >= (member ? KEPT_NANOS : LEASE_NANOS)) {
        entries.remove(entry.record.id());
        events.abandoned(entry.record);
        changed = true;
      }
    }
    if (changed) {
      draw();
    }
  }

  private void forgiveOwnPause(long now) {
    long pausedNanos = now - lastTickNanos - TICK_INTERVAL.toNanos();
    if (pausedNanos > TICK_LATE.toNanos()) {
      entries.values().forEach(entry -> entry.heardNanos += pausedNanos);
    }
  }

  private void disbelieve(Entry entry, String why) {
    if (entry.believed && !entry.record.id().equals(self)) {
      entry.believed = false;
      events.lost(entry.record, why);
    }
  }

  private void draw() {
    var believed = entries.values().stream().filter(e -> e.believed).map(e -> e.record).toList();
    var endpoints = new HashMap<String, List<Endpoint>>();
    for (var node : believed) {
      if (node.state() == State.SERVING) {
        for (var instance : node.instances()) {
          if (instance.state() == State.SERVING) {
            endpoints
                .computeIfAbsent(instance.service(), service -> new ArrayList<>())
                .add(Endpoint.of(node, instance));
          }
        }
      }
    }
    directory = new Directory(directory.version() + 1, believed, endpoints);
  }
}
