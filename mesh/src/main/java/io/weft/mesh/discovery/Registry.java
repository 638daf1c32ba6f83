package io.weft.mesh.discovery;

import io.weft.mesh.MeshLimits;
import io.weft.mesh.time.Ticker;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What one node believes of all nodes of its site.
 *
 * <p>A record counts only as long as its owner renews its lease by announcements. Membership of the
 * cluster and connections are hints: a member that left, and a node whose bus takes no connection,
 * is disbelieved at once, but an announcement brings it back. When every other node has fallen
 * silent, it is more likely that discovery has failed than that all have died at one moment: then
 * the last known endpoints stay in use (static stability), except those of members that are known
 * to have left. Each is doubted, though, before its lease would end, so that somebody looks whether
 * it can be reached at all. A pause of this process itself, seen as a late tick, is nobody else's
 * silence and counts for no lease.
 *
 * <p>For one event loop; {@link #directory} alone may be read from any thread.
 */
public final class Registry {
  private static final long LEASE_NANOS = MeshLimits.LEASE.toNanos();

  /** Who falls silent within this of the last one heard has fallen silent together with all. */
  private static final long TOGETHER_NANOS = 2 * MeshLimits.ANNOUNCE_INTERVAL.toNanos();

  private static final long DOUBT_NANOS = MeshLimits.DOUBT.toNanos();
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
  private final Losses losses = new Losses();
  private final Drawing drawing = new Drawing();
  private long lastTickNanos;
  private volatile Directory directory = Directory.EMPTY;

  /** What the registry tells its owner. Called on the registry's event loop. */
  public interface Events {
    /** A node's incarnation is believed dead, cut off or replaced: no answer will come from it. */
    void lost(NodeRecord node, String why);

    /** A node's incarnation is believed alive that was not known, or was lost. */
    default void found(NodeRecord node, String why) {}

    /** A node's record can be dropped from the shared map: its owner is gone for good. */
    void abandoned(NodeRecord node);

    /**
     * A node is believed although nothing is heard, of it or of anybody: whoever finds that it
     * cannot be reached says so by {@link Registry#unreachable}.
     */
    default void doubted(NodeRecord node) {}
  }

  /** Returns for how long no other node has been heard; zero when there is none. */
  public Duration silence() {
    long least = silentMinNanos(ticker.nanos());
    return least == Long.MAX_VALUE ? Duration.ZERO : Duration.ofNanos(Math.max(0, least));
  }

  /**
   * Returns the nodes that were in use and are gone without having left in order, by id: those that
   * still are members of the cluster, and those that were lost within {@link
   * MeshLimits#RECORD_KEPT}.
   */
  public List<MissingNode> missing() {
    return losses.all(members, ticker.nanos());
  }

  private static final class Entry {
    NodeRecord record;
    Share share;
    long heardNanos;
    long doubtedNanos;

    /** Whether it is in the picture. */
    boolean believed;

    /** Whether it was said to be lost; what is unreachable for a moment is not yet. */
    boolean lost;

    /** The last incarnations before this one, of which none has been heard since. */
    final Deque<String> before = new ArrayDeque<>();

    Entry(NodeRecord record, long heardNanos, boolean believed) {
      this.record = record;
      this.heardNanos = heardNanos;
      this.believed = believed;
      lost = !believed;
      share = Share.of(record);
      doubtedNanos = heardNanos;
    }

    void follow(Entry known) {
      before.addAll(known.before);
      before.add(known.record.incarnation());
      if (before.size() > MeshLimits.INCARNATIONS_KNOWN) {
        before.remove();
      }
    }

    void succeed(NodeRecord next) {
      record = next;
      share = Share.of(next, share);
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
    begin();
  }

  /** Begins anew: until now nobody listened, which was no pause. */
  public void begin() {
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
    take(record);
    draw();
  }

  /** Takes note of many records at once, which costs one picture and not one for each. */
  public void acceptAll(Collection<NodeRecord> records) {
    records.forEach(this::take);
    draw();
  }

  private void take(NodeRecord record) {
    var known = entries.get(record.id());
    if (known == null) {
      add(fresh(record), "the node has joined");
    } else if (!known.record.incarnation().equals(record.incarnation())) {
      if (succeeds(record, known)) {
        disbelieve(known, "the node restarted");
        var next = fresh(record);
        next.follow(known);
        add(next, "the node has restarted");
      }
    } else if (record.revision() > known.record.revision()) {
      known.succeed(record);
    }
  }

  private void add(Entry entry, String why) {
    entries.put(entry.record.id(), entry);
    if (entry.believed && !entry.record.id().equals(self)) {
      losses.forget(entry.record.id());
      events.found(entry.record, why);
    }
  }

  /**
   * A late write of a dead incarnation must not displace a living one: not one that has been
   * replaced already, unless it was heard since, however long its member takes to leave.
   */
  private boolean succeeds(NodeRecord record, Entry known) {
    boolean inUse = known.believed || members.contains(known.record.member());
    return !inUse
        || (members.contains(record.member()) && !known.before.contains(record.incarnation()));
  }

  private Entry fresh(NodeRecord record) {
    boolean believed =
        record.id().equals(self) || members.isEmpty() || members.contains(record.member());
    return new Entry(record, ticker.nanos(), believed);
  }

  /**
   * Takes note that an incarnation's bus takes no connection. It leaves the picture, and the next
   * announcement brings it back; only if none comes within its lease is it lost. One that has come
   * since tells more of it than a connection that was not made in time.
   *
   * @param sinceNanos when the connection was begun
   */
  public void unreachable(String node, String incarnation, long sinceNanos) {
    var entry = entries.get(node);
    if (entry != null
        && entry.record.incarnation().equals(incarnation)
        && entry.heardNanos - sinceNanos <= 0
        && !node.equals(self)) {
      entry.believed = false;
      draw();
    }
  }

  /**
   * Takes note that a connection to an incarnation has closed.
   *
   * @return whether the node is out of use by that: it was silent for a lease as well, so it is not
   *     discovery alone that stands still
   */
  public boolean closed(String node, String incarnation) {
    var entry = entries.get(node);
    if (entry == null || ticker.nanos() - entry.heardNanos < LEASE_NANOS) {
      return false;
    }
    unreachable(node, incarnation, ticker.nanos());
    return true;
  }

  /**
   * Takes note of an announcement.
   *
   * @return whether the record held here is the announced one; if not, the shared map has a newer
   */
  public boolean heard(Announcement announcement) {
    var entry = entries.get(announcement.node());
    if (entry == null) {
      return false;
    }
    if (!entry.record.incarnation().equals(announcement.incarnation())) {
      entry.before.remove(announcement.incarnation());
      return false;
    }
    entry.heardNanos = ticker.nanos();
    if (!entry.believed) {
      if (entry.lost) {
        losses.forget(announcement.node());
        events.found(entry.record, "the node is heard again");
      }
      entry.believed = true;
      entry.lost = false;
      draw();
    }
    return entry.record.revision() >= announcement.revision();
  }

  /** Forgets a node whose record was taken out of the shared map. */
  public void removed(String node) {
    var entry = node.equals(self) ? null : entries.remove(node);
    if (entry != null) {
      disbelieve(entry, "the node left the mesh");
      if (entry.record.drains()) { // However long its record took to go.
        losses.forget(node);
      }
      draw();
    }
  }

  /** Lets time pass: leases end, and records that nobody renews are abandoned. */
  public void tick() {
    long now = ticker.nanos();
    forgiveOwnPause(now);
    lastTickNanos = now;
    long silentMinNanos = silentMinNanos(now);
    for (var entry : List.copyOf(entries.values())) {
      if (!entry.record.id().equals(self)) {
        judge(entry, now, silentMinNanos);
      }
    }
    draw();
  }

  /** Returns how long all others have been silent; the most when there are none. */
  private long silentMinNanos(long now) {
    long least = Long.MAX_VALUE;
    for (var entry : entries.values()) {
      if (!entry.record.id().equals(self)) {
        least = Math.min(least, now - entry.heardNanos);
      }
    }
    return least;
  }

  /** Nodes announce themselves in turn: those that fall silent at one moment do not at one time. */
  private void judge(Entry entry, long now, long silentMinNanos) {
    long silentNanos = now - entry.heardNanos;
    boolean member = members.contains(entry.record.member());
    boolean alone = silentNanos - silentMinNanos >= TOGETHER_NANOS;
    if (silentNanos >= LEASE_NANOS && (alone || !member || !entry.believed)) {
      disbelieve(entry, "the node's lease ended: silent for " + silentNanos / 1_000_000 + " ms");
    }
    if (entry.believed && silentNanos >= DOUBT_NANOS && now - entry.doubtedNanos >= DOUBT_NANOS) {
      entry.doubtedNanos = now;
      events.doubted(entry.record);
    }
    boolean stable = member && entry.believed; // In use, however long nobody is heard.
    if (!stable && silentNanos >= (member ? KEPT_NANOS : LEASE_NANOS)) {
      disbelieve(entry, "the node has been silent for " + silentNanos / 1_000_000 + " ms");
      entries.remove(entry.record.id());
      events.abandoned(entry.record);
    }
  }

  private void forgiveOwnPause(long now) {
    long pausedNanos = now - lastTickNanos - TICK_INTERVAL.toNanos();
    if (pausedNanos > TICK_LATE.toNanos()) {
      entries.values().forEach(entry -> entry.heardNanos += pausedNanos);
    }
  }

  private void disbelieve(Entry entry, String why) {
    if (!entry.lost && !entry.record.id().equals(self)) {
      entry.believed = false;
      entry.lost = true;
      losses.add(entry.record, members, entry.heardNanos, why);
      events.lost(entry.record, why);
    }
  }

  /** Draws the picture anew, if anything in it has changed. */
  private void draw() {
    drawing.begin();
    for (var entry : entries.values()) {
      if (entry.believed) {
        drawing.add(entry.share);
      }
    }
    directory = drawing.end();
  }
}
