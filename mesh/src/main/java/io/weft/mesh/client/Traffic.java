package io.weft.mesh.client;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.weft.mesh.Cancellation;
import io.weft.mesh.MeshFailure;
import io.weft.mesh.MeshFailure.NotSent;
import io.weft.mesh.MeshFailure.Rejected;
import io.weft.mesh.MeshFailure.Unknown;
import io.weft.mesh.MeshLimits;
import io.weft.mesh.Operation;
import io.weft.mesh.Origin;
import io.weft.mesh.Priority;
import io.weft.mesh.Reply;
import io.weft.mesh.Request;
import io.weft.mesh.RetryCredit;
import io.weft.mesh.Step;
import io.weft.mesh.TraceContext;
import io.weft.mesh.discovery.Directory;
import io.weft.mesh.policy.TrafficPolicy;
import io.weft.mesh.policy.TrafficPolicy.Abort;
import io.weft.mesh.policy.TrafficPolicy.Fault;
import io.weft.mesh.policy.TrafficPolicy.Mirror;
import io.weft.mesh.policy.TrafficPolicy.Route;
import io.weft.mesh.time.Time;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Decides, once for all attempts of a call, which version it goes to, whether a copy goes
 * elsewhere, and what is done to it on purpose.
 *
 * <p>A call is drawn for, or, where its route names an attribute, goes by a hash of that
 * attribute's value: equal values meet the same version, and keep it while only the first of the
 * shares shrinks and the last grows. The share of a version that has no live instance goes to the
 * other versions of its route, so that a canary which dies takes no calls with it. A call for one
 * node goes there whatever version that has, and so does one for a site that has no version of the
 * route.
 *
 * <p>A copy of a query is sent after the query itself, sheddable, with a short deadline of its own
 * and nothing to spend on retries. It carries a mark, and so do the calls that are made on its
 * behalf, so that no copy is copied again. Nobody waits for its answer, and what becomes of it
 * shows only where attempts are counted. For one event loop.
 */
final class Traffic implements Step {
  /** The attribute that marks a copy. */
  static final String MIRRORED = "weft-mirrored";

  private static final int HUNDRED = 100;

  private final Time time;
  private final Supplier<Directory> directories;
  private final Step next;
  private final Map<Where, Set<String>> live = new HashMap<>();
  private long seenVersion;
  private int mirrors;
  private int delayed;

  /** What is called, and at which site; null for any. */
  private record Where(String operation, @Nullable String site) {}

  Traffic(Time time, Supplier<Directory> directories, Step next) {
    this.time = time;
    this.directories = directories;
    this.next = next;
  }

  @Override
  public Future<Reply> take(Request request) {
    var traffic = request.policy().traffic();
    if (traffic.none()) {
      return next.take(request);
    }
    return traffic.faults().isEmpty() ? send(request, traffic) : harm(request, traffic);
  }

  private Future<Reply> harm(Request request, TrafficPolicy traffic) {
    long delayNanos = 0;
    Abort abort = null;
    for (Fault fault : traffic.faults()) {
      if (fits(fault.match(), request) && drawn(fault.percent())) {
        delayNanos += fault.delay().toNanos();
        abort = abort == null ? fault.abort() : abort;
      }
    }
    var explanation = request.explanation();
    if (explanation != null && (delayNanos > 0 || abort != null)) {
      explanation.note(
          "faults on purpose: a delay of "
              + TimeUnit.NANOSECONDS.toMillis(delayNanos)
              + " ms, "
              + (abort == null ? "no failure" : "a failure as " + abort));
    }
    if (delayNanos == 0 || delayed >= MeshLimits.DELAYED_CALLS_MAX) {
      return end(request, traffic, abort);
    }
    return delay(request, delayNanos, traffic, abort);
  }

  private Future<Reply> delay(
      Request request, long delayNanos, TrafficPolicy traffic, @Nullable Abort abort) {
    long waitNanos = Math.min(delayNanos, request.deadline().remainingNanos());
    Promise<Void> waited = Promise.promise();
    delayed++;
    time.timers().after(Duration.ofNanos(waitNanos), waited::complete);
    return waited
        .future()
        .compose(
            done -> {
              delayed--;
              var useless = request.useless("it was sent, after a delay on purpose");
              return useless == null ? end(request, traffic, abort) : Future.failedFuture(useless);
            });
  }

  private Future<Reply> end(Request request, TrafficPolicy traffic, @Nullable Abort abort) {
    return abort == null
        ? send(request, traffic)
        : Future.failedFuture(failure(abort, request.operation()));
  }

  private static MeshFailure failure(Abort abort, String operation) {
    var message = "a fault on purpose met " + operation;
    return switch (abort) {
      case NOT_SENT -> new NotSent(message);
      case REJECTED -> new Rejected(Rejected.Reason.UNAVAILABLE, message, MeshLimits.RETRY_AFTER);
      case UNKNOWN -> new Unknown(message);
    };
  }

  private Future<Reply> send(Request request, TrafficPolicy traffic) {
    var answered = next.take(routed(request, traffic.routes()));
    var mirror = traffic.mirror();
    if (mirror != null) {
      mirror(request, mirror);
    }
    return answered;
  }

  private Request routed(Request request, List<Route> routes) {
    if (request.node() != null) {
      return request;
    }
    for (Route route : routes) {
      if (fits(route.match(), request)) {
        var version = version(route, request);
        if (request.site() != null && !alive(request).contains(version)) {
          return request; // The versions of another site are its own business.
        }
        var explanation = request.explanation();
        if (explanation != null) {
          explanation.note("routed to version " + version);
        }
        return request.forVersion(version);
      }
    }
    return request;
  }

  private String version(Route route, Request request) {
    int place = place(route.by(), request);
    var splits = route.splits();
    var alive = alive(request);
    int from = 0;
    for (int past = splits.get(0).percent(); past <= place; past += splits.get(from).percent()) {
      from++;
    }
    for (int i = 0; i < splits.size(); i++) {
      var split = splits.get((from + i) % splits.size());
      if (split.percent() > 0 && alive.contains(split.version())) {
        return split.version();
      }
    }
    return splits.get(from).version();
  }

  /** Returns where among the hundred parts of a split a call stands, 0 to 99. */
  private int place(@Nullable String by, Request request) {
    var value = by == null ? null : request.origin().attributes().get(by);
    return value == null ? time.rng().nextInt(HUNDRED) : place(value);
  }

  /** Returns the place of a value: its hash, well mixed as in MurmurHash3's last step. */
  static int place(String value) {
    int hash = value.hashCode();
    hash = (hash ^ (hash >>> 16)) * 0x85ebca6b;
    hash = (hash ^ (hash >>> 13)) * 0xc2b2ae35;
    return Integer.remainderUnsigned(hash ^ (hash >>> 16), HUNDRED);
  }

  /** Returns the versions that serve an operation; looked up once for each directory. */
  private Set<String> alive(Request request) {
    var directory = directories.get();
    if (directory.version() != seenVersion) {
      seenVersion = directory.version();
      live.clear();
    }
    var where = new Where(request.operation(), request.site());
    var known = live.get(where);
    return known == null ? look(directory, where) : known;
  }

  private Set<String> look(Directory directory, Where where) {
    var versions = new HashSet<String>();
    for (var endpoint : directory.serving(where.operation)) {
      if (where.site == null || where.site.equals(endpoint.site())) {
        versions.add(endpoint.version());
      }
    }
    if (!versions.isEmpty()) { // What nobody serves is not remembered: callers may invent names.
      live.put(where, versions);
    }
    return versions;
  }

  private void mirror(Request request, Mirror mirror) {
    var attributes = request.origin().attributes();
    if (request.kind() != Operation.Kind.QUERY
        || mirrors >= MeshLimits.MIRRORS_IN_FLIGHT_MAX
        || attributes.size() >= MeshLimits.ATTRIBUTES_MAX
        || attributes.containsKey(MIRRORED)
        || !drawn(mirror.percent())
        || !alive(request).contains(mirror.version())) {
      return;
    }
    var explanation = request.explanation();
    if (explanation != null) {
      explanation.note("a copy goes to version " + mirror.version());
    }
    mirrors++;
    var trace = request.trace().child(time.rng());
    next.take(copy(request, mirror.version(), trace)).onComplete((reply, failure) -> mirrors--);
  }

  private static Request copy(Request request, String version, TraceContext trace) {
    var origin = request.origin();
    var attributes = new HashMap<>(origin.attributes());
    attributes.put(MIRRORED, version);
    var copy =
        new Request(
            request.operation(),
            request.kind(),
            request.payload().again(),
            request.deadline().atMost(MeshLimits.MIRROR_TIMEOUT),
            "",
            new Origin(
                trace,
                origin.caller(),
                Priority.SHEDDABLE,
                Map.copyOf(attributes),
                new RetryCredit(0),
                false,
                origin.principal()),
            null,
            Cancellation.NEVER,
            request.policy(),
            null,
            request.trace().span());
    var site = request.site();
    return (site == null ? copy : copy.forSite(site)).forVersion(version);
  }

  private boolean drawn(double percent) {
    return time.rng().nextDouble() * HUNDRED < percent;
  }

  private static boolean fits(Map<String, String> match, Request request) {
    if (match.isEmpty()) {
      return true;
    }
    var attributes = request.origin().attributes();
    for (var wanted : match.entrySet()) {
      if (!wanted.getValue().equals(attributes.get(wanted.getKey()))) {
        return false;
      }
    }
    return true;
  }
}
