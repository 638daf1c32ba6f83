package io.weft.mesh.balance;

import io.weft.mesh.MeshLimits;
import io.weft.mesh.Request;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Picks the same candidate for the same value of an attribute, as long as its load allows.
 *
 * <p>Each candidate stands at many points of a ring of hashes, more the more it weighs. A value
 * belongs to the first point after its own hash whose candidate is well and has less in flight than
 * the bound times its share of all that is in flight; so when a candidate comes or goes, only the
 * values of its own points move, and no value can flood a candidate. After V. Mirrokni, M. Thorup
 * and M. Zadimoghaddam, "Consistent Hashing with Bounded Loads", 2016.
 *
 * <p>All clients agree on the ring: points come from the names alone. Calls without the attribute
 * are picked otherwise.
 *
 * @param <C> what is picked
 */
public final class HashRing<C extends Candidate> implements Picker<C> {
  /** A point is a hash of 43 bits, and the index of its candidate in the bits below. */
  private static final int INDEX_BITS = 20;

  private static final long INDEX_MASK = (1L << INDEX_BITS) - 1;

  /** Points and hashes have a sign bit that is zero, so that they sort as they are. */
  private static final int HASH_BITS = Long.SIZE - 1;

  private final List<C> candidates;
  private final long[] points;

  /** Where the points of each equal part of the ring begin: so that none needs to be searched. */
  private final int[] parts;

  private final int partShift;
  private final Tally[] tallies;
  private final double weights;
  private final String attribute;
  private final double bound;
  private final Picker<C> otherwise;

  /**
   * Builds the ring.
   *
   * @param candidates 1 to 2^20, also those that are not to be picked at present
   * @param attribute the name of the attribute whose values are hashed
   * @param bound how many times its share a candidate may have in flight, over 1
   * @param otherwise picks for requests without the attribute
   */
  public HashRing(List<C> candidates, String attribute, double bound, Picker<C> otherwise) {
    this.candidates = candidates;
    this.attribute = attribute;
    this.bound = bound;
    this.otherwise = otherwise;
    weights = weights(candidates);
    tallies = tallies(candidates);
    points = points();
    int partBits = Integer.SIZE - Integer.numberOfLeadingZeros(points.length);
    partShift = HASH_BITS - partBits;
    parts = parts(1 << partBits);
  }

  private HashRing(HashRing<C> same, Picker<C> otherwise) {
    candidates = same.candidates;
    attribute = same.attribute;
    bound = same.bound;
    weights = same.weights;
    tallies = same.tallies;
    points = same.points;
    partShift = same.partShift;
    parts = same.parts;
    this.otherwise = otherwise;
  }

  /** Returns the same ring, without building it again, with another way for other requests. */
  public HashRing<C> otherwise(Picker<C> other) {
    return new HashRing<>(this, other);
  }

  private static double weights(List<? extends Candidate> candidates) {
    double sum = 0;
    for (var candidate : candidates) {
      sum += candidate.weight();
    }
    return sum;
  }

  private static Tally[] tallies(List<? extends Candidate> candidates) {
    var found = new ArrayList<Tally>();
    for (var candidate : candidates) {
      if (!found.contains(candidate.tally())) {
        found.add(candidate.tally());
      }
    }
    return found.toArray(Tally[]::new);
  }

  private long[] points() {
    double perWeight = perWeight();
    var counts = new int[candidates.size()];
    int sum = 0;
    for (int i = 0; i < counts.length; i++) {
      counts[i] = (int) Math.max(1, Math.round(candidates.get(i).weight() * perWeight));
      sum += counts[i];
    }
    var all = new long[sum];
    int next = 0;
    for (int i = 0; i < counts.length; i++) {
      long name = hash(candidates.get(i).name());
      for (int n = 0; n < counts[i]; n++) {
        all[next++] = (mixed(name + n) & ~INDEX_MASK) | i;
      }
    }
    Arrays.sort(all);
    return all;
  }

  /** Halved until they are few enough: it stays the same for most that come or go. */
  private double perWeight() {
    double points = MeshLimits.RING_POINTS;
    while (points * weights > MeshLimits.RING_POINTS_MAX) {
      points /= 2;
    }
    return points;
  }

  private int[] parts(int number) {
    var begins = new int[number];
    int point = 0;
    for (int part = 0; part < number; part++) {
      while (point < points.length && points[point] >>> partShift < part) {
        point++;
      }
      begins[part] = point;
    }
    return begins;
  }

  /** The 64 bits of FNV-1a (Fowler, Noll, Vo), over characters. */
  private static long hash(String text) {
    long hash = 0xcbf29ce484222325L;
    for (int i = 0; i < text.length(); i++) {
      hash = (hash ^ text.charAt(i)) * 0x100000001b3L;
    }
    return hash;
  }

  /** Spreads what differs in few bits over all, as the last step of MurmurHash3 (A. Appleby). */
  private static long mixed(long bits) {
    long mixed = (bits ^ (bits >>> 33)) * 0xff51afd7ed558ccdL;
    mixed = (mixed ^ (mixed >>> 33)) * 0xc4ceb9fe1a85ec53L;
    return (mixed ^ (mixed >>> 33)) >>> 1;
  }

  @Override
  public C pick(Request request, long nowNanos) {
    var value = request.origin().attributes().get(attribute);
    var found = value == null ? null : walk(request, mixed(hash(value)));
    return found == null ? otherwise.pick(request, nowNanos) : found;
  }

  /**
   * Walks from a hash to the first candidate that may take the request; a walk that takes too long
   * ends at the first one that is well. Null when it met none that the request has not tried.
   */
  private @Nullable C walk(Request request, long hash) {
    int at = parts[(int) (hash >>> partShift)];
    while (at < points.length && points[at] < hash) {
      at++;
    }
    double perWeight = bound * (inFlight() + 1) / weights;
    C well = null;
    int steps = Math.min(points.length, MeshLimits.RING_WALK_MAX);
    for (int step = 0; step < steps; step++, at++) {
      at = at < points.length ? at : 0;
      var candidate = candidates.get((int) (points[at] & INDEX_MASK));
      if (candidate.ejected() || request.tried(candidate.id())) {
        continue;
      }
      if (candidate.inFlight() < perWeight * candidate.weight()) {
        return candidate;
      }
      well = well == null ? candidate : well;
    }
    return well;
  }

  private int inFlight() {
    int sum = 0;
    for (var tally : tallies) {
      sum += tally.inFlight();
    }
    return sum;
  }
}
