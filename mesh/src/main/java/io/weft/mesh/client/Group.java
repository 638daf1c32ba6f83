package io.weft.mesh.client;

import io.weft.mesh.MeshLimits;
import io.weft.mesh.Request;
import io.weft.mesh.balance.HashRing;
import io.weft.mesh.balance.Nearness;
import io.weft.mesh.balance.Picker;
import io.weft.mesh.breaker.Ejections;
import io.weft.mesh.discovery.Place;
import io.weft.mesh.policy.BalancePolicy;
import io.weft.mesh.policy.BalancePolicy.Algorithm;
import io.weft.mesh.time.Rng;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The endpoints that one call may go to: those that serve its operation, in its version, on its
 * node and at its site, if it is for one; arranged so that a pick has nothing left to search.
 *
 * <p>Those that stand for another site are picked only while none of the caller's own site is well,
 * or when a call was tried at all of those: what crosses a link is what cannot be done here, so no
 * trial does, and load is no reason.
 *
 * <p>It is made anew when the endpoints change, and arranged anew when one is ejected or returns
 * and when the policy changes. All that is rare; picks are not.
 */
final class Group {
  private final List<EndpointStack> members;

  /** Those of the caller's own site; or all, if there is none. */
  private final List<EndpointStack> near;

  private final Ejections ejections;
  private final Place place;
  private final Rng rng;
  private final Map<String, Group> ofVersion = new HashMap<>(0);
  private final Map<String, Group> ofNode = new HashMap<>(0);
  private final Map<String, Group> ofSite = new HashMap<>(0);

  private @Nullable BalancePolicy policy;
  private int revision;

  /** Those in use, by distance: no ring is empty. */
  private List<List<EndpointStack>> rings = List.of();

  private Picker<EndpointStack> picker;
  private @Nullable HashRing<EndpointStack> hashes;

  /** Those that wait for a trial now and then. */
  private List<EndpointStack> trials = List.of();

  private int nextTrial;
  private int picksSinceTrial = MeshLimits.TRIAL_ONE_IN;

  /**
   * Creates the group.
   *
   * @param members who serves the operation, at least one
   * @param ejections who of them is left out
   * @param place where the caller is
   */
  Group(List<EndpointStack> members, Ejections ejections, Place place, Rng rng) {
    this.members = members;
    this.ejections = ejections;
    this.place = place;
    this.rng = rng;
    var here = members.stream().filter(stack -> !elsewhere(stack)).toList();
    near = here.isEmpty() ? members : here;
    picker = (request, now) -> members.get(0);
  }

  /** Returns the part of the group that a request is for, or null if nobody is in it. */
  @Nullable Group of(Request request) {
    Group part = this;
    var version = request.version();
    if (version != null) {
      part = part(ofVersion, version, stack -> stack.endpoint().version().equals(version));
    }
    var node = request.node();
    if (node != null && part != null) {
      part = part.part(part.ofNode, node, stack -> stack.endpoint().node().equals(node));
    }
    var site = request.site();
    if (site != null && part != null) {
      part = part.part(part.ofSite, site, stack -> stack.endpoint().site().equals(site));
    }
    return part;
  }

  /** What nobody is in is not remembered: callers may invent names. */
  private @Nullable Group part(
      Map<String, Group> parts, String name, Predicate<EndpointStack> belongs) {
    var known = parts.get(name);
    if (known != null) {
      return known;
    }
    var found = members.stream().filter(belongs).toList();
    if (found.isEmpty()) {
      return null;
    }
    var made = found.size() == members.size() ? this : new Group(found, ejections, place, rng);
    parts.put(name, made);
    return made;
  }

  /** Picks the endpoint of an attempt: one that the call has not tried, as long as there is one. */
  EndpointStack pick(Request request, long nowNanos) {
    arrangeFor(request, nowNanos);
    var trial = trials.isEmpty() ? null : trial(request, nowNanos);
    if (trial != null) {
      return trial;
    }
    var picked = picker.pick(request, nowNanos);
    return request.tried(picked.id()) ? another(request, picked, nowNanos) : picked;
  }

  /** Returns whether one of those in use has not been tried. */
  boolean hasUntried(Request request, long nowNanos) {
    arrangeFor(request, nowNanos);
    for (var ring : rings) {
      for (var stack : ring) {
        if (!request.tried(stack.id())) {
          return true;
        }
      }
    }
    return false;
  }

  /**
   * Returns the endpoint whose turn of a trial it is, if that is due; rarely enough that many
   * trials together remain a part of the calls. A call that has failed once is not risked again.
   */
  private @Nullable EndpointStack trial(Request request, long nowNanos) {
    if (picksSinceTrial < MeshLimits.TRIAL_ONE_IN) {
      picksSinceTrial++;
      return null;
    }
    nextTrial = nextTrial + 1 < trials.size() ? nextTrial + 1 : 0;
    var stack = trials.get(nextTrial);
    if (request.triedBefore() || !stack.trialDue(request, nowNanos)) {
      return null;
    }
    picksSinceTrial = 0;
    stack.tryNow(nowNanos);
    return stack;
  }

  /**
   * Returns the cheaper of two that the call has not tried, near ones first. It has tried few, so
   * this looks at few.
   */
  private EndpointStack another(Request request, EndpointStack picked, long nowNanos) {
    for (var ring : rings) {
      EndpointStack one = null;
      int at = rng.nextInt(ring.size());
      for (int i = 0; i < ring.size(); i++) {
        var stack = ring.get(at);
        at = at + 1 < ring.size() ? at + 1 : 0;
        if (!request.tried(stack.id())) {
          if (one != null) {
            return stack.cost(nowNanos) < one.cost(nowNanos) ? stack : one;
          }
          one = stack;
        }
      }
      if (one != null) {
        return one;
      }
    }
    return picked;
  }

  /**
   * Tells of each member what it would cost, and why it is passed over: see {@link
   * Balancer#candidates}.
   */
  void candidates(Request request, long nowNanos, Candidates told) {
    var part = of(request);
    int nearest = part == null ? Integer.MAX_VALUE : part.nearest(request.policy().balance());
    for (var stack : members) {
      told.candidate(stack.endpoint(), stack.cost(nowNanos), skipped(request, stack, nearest));
    }
  }

  private Candidates.Skipped skipped(Request request, EndpointStack stack, int nearest) {
    var endpoint = stack.endpoint();
    if (request.version() != null && !request.version().equals(endpoint.version())) {
      return Candidates.Skipped.VERSION;
    }
    if (request.node() != null && !request.node().equals(endpoint.node())) {
      return Candidates.Skipped.NODE;
    }
    if (request.site() != null && !request.site().equals(endpoint.site())) {
      return Candidates.Skipped.SITE;
    }
    if (stack.ejected() && nearest != Integer.MAX_VALUE) { // Else all are, and all are in use.
      return Candidates.Skipped.EJECTED;
    }
    if (request.tried(stack.id())) {
      return Candidates.Skipped.TRIED;
    }
    return distance(request.policy().balance(), stack) > nearest
        ? Candidates.Skipped.FAR
        : Candidates.Skipped.NOT;
  }

  /** Returns how far the nearest one is that is well; the largest number when none is. */
  private int nearest(BalancePolicy wanted) {
    int nearest = Integer.MAX_VALUE;
    for (var stack : members) {
      nearest = stack.ejected() ? nearest : Math.min(nearest, distance(wanted, stack));
    }
    return nearest;
  }

  private void arrangeFor(Request request, long nowNanos) {
    var wanted = request.policy().balance();
    if (isNew(wanted) || ejections.revision() != revision) {
      arrange(wanted, nowNanos);
    }
  }

  /** A policy is looked up once per epoch, so nothing but itself is the same one. */
  @SuppressWarnings("ReferenceEquality")
  private boolean isNew(BalancePolicy wanted) {
    return wanted != policy;
  }

  private void arrange(BalancePolicy wanted, long nowNanos) {
    var inUse = members.stream().filter(stack -> !stack.ejected()).toList();
    rings = rings(wanted, inUse.isEmpty() ? members : inUse);
    if (isNew(wanted)) {
      hashes = null;
      members.forEach(stack -> stack.slowStart(wanted.slowStart()));
    }
    policy = wanted;
    revision = ejections.revision();
    picker = Nearness.of(wanted, withoutElsewhere(rings), rng, nowNanos);
    var attribute = wanted.algorithm() == Algorithm.CONSISTENT_HASH ? wanted.hashBy() : null;
    if (attribute != null) {
      picker = hashes(wanted, attribute);
    }
    trials =
        near.stream()
            .filter(stack -> stack.ejected() || (stack.untried() && attribute == null))
            .toList();
  }

  /** Who is ejected stays on the ring, so that it need not be built again; it is stepped over. */
  private HashRing<EndpointStack> hashes(BalancePolicy wanted, String attribute) {
    var ring =
        hashes == null
            ? new HashRing<>(near, attribute, wanted.loadBound(), picker)
            : hashes.otherwise(picker);
    hashes = ring;
    return ring;
  }

  private List<List<EndpointStack>> rings(BalancePolicy wanted, List<EndpointStack> inUse) {
    var byDistance = new ArrayList<List<EndpointStack>>();
    for (int distance = Place.SAME_NODE; distance <= Place.ELSEWHERE; distance++) {
      byDistance.add(new ArrayList<>());
    }
    for (var stack : inUse) {
      byDistance.get(distance(wanted, stack)).add(stack);
    }
    byDistance.removeIf(List::isEmpty);
    return byDistance;
  }

  private List<List<EndpointStack>> withoutElsewhere(List<List<EndpointStack>> rings) {
    int last = rings.size() - 1;
    return last > 0 && elsewhere(rings.get(last).get(0)) ? rings.subList(0, last) : rings;
  }

  private boolean elsewhere(EndpointStack stack) {
    return place.distance(stack.endpoint()) == Place.ELSEWHERE;
  }

  private int distance(BalancePolicy wanted, EndpointStack stack) {
    return switch (wanted.locality()) {
      case NONE -> elsewhere(stack) ? Place.ELSEWHERE : Place.SAME_NODE;
      case NODE -> place.distance(stack.endpoint());
      case ZONE -> Math.max(Place.SAME_ZONE, place.distance(stack.endpoint()));
    };
  }
}
