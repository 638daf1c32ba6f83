package io.weft.routing.cache;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.weft.mesh.CallOptions;
import io.weft.mesh.Cancellation;
import io.weft.mesh.Event;
import io.weft.mesh.EventQuery;
import io.weft.mesh.ForwardingMesh;
import io.weft.mesh.Mesh;
import io.weft.mesh.MeshFailure;
import io.weft.mesh.Operation;
import io.weft.mesh.Reply;
import io.weft.mesh.policy.CachePolicy;
import io.weft.mesh.policy.Policy;
import io.weft.mesh.time.Time;
import io.weft.routing.RoutingLimits;
import io.weft.routing.events.Subscription;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The answers that one gateway instance keeps to queries whose policy says so.
 *
 * <p>It stands in the place of the mesh, below the rules of access: what is given again is checked
 * again. What is dropped, and by what, is in docs/POLICIES.md. Whatever a drop meets while it is on
 * its way is given to those who wait for it, who asked before, and is not kept. If no events can be
 * had, answers end by their time alone. For one event loop.
 */
public final class ResponseCache extends ForwardingMesh {
  private static final Logger LOG = LoggerFactory.getLogger(ResponseCache.class);

  private static final long RETRY_NANOS = RoutingLimits.CACHE_EVENTS_RETRY.toNanos();

  private final Time time;
  private final Predicate<String> shared;
  private final List<Heard> heard;
  private final Answers answers =
      new Answers(RoutingLimits.CACHE_ENTRIES_MAX, RoutingLimits.CACHE_MAX_BYTES);

  /** Bounded by the requests that run. */
  private final Map<Answers.Key, Asked> asked = new HashMap<>();

  /** A query on its way. */
  private record Asked(Future<Reply> answer, Set<String> tags) {}

  /**
   * Creates a cache that keeps nothing yet.
   *
   * @param shared tells of an operation whether all who may ask get the same answer
   * @param services whose events drop answers: what happens to an order happens to its user too
   */
  public ResponseCache(Mesh mesh, Time time, Predicate<String> shared, Set<String> services) {
    super(mesh);
    this.time = time;
    this.shared = shared;
    this.heard = services.stream().sorted().map(Heard::new).toList();
  }

  @Override
  public Future<Reply> exchange(
      String operation, Operation.Kind kind, Buffer request, CallOptions options) {
    if (kind == Operation.Kind.COMMAND) {
      return command(operation, request, options);
    }
    var policy = mesh.policies().of(operation);
    var cache = policy.cache();
    if (cache == null || kind != Operation.Kind.QUERY || own(options)) {
      return mesh.exchange(operation, kind, request, options);
    }
    var key = new Answers.Key(operation, request, who(operation, policy, options));
    var known = answers.get(key);
    if (known != null && fresh(known, cache)) {
      return Future.succeededFuture(known.reply());
    }
    var pending = asked.get(key);
    return pending == null ? ask(key, options) : pending.answer();
  }

  /** Returns for how many seconds a reply has been kept; 0 if it has not. */
  public long ageSeconds(Reply reply) {
    var known = answers.of(reply);
    return known == null
        ? 0
        : TimeUnit.NANOSECONDS.toSeconds(time.ticker().nanos() - known.askedNanos());
  }

  /** Hears of no more events. */
  public void stop() {
    heard.forEach(Heard::close);
  }

  /** Whoever asks one node, or how it was done, wants to know and not to be spared. */
  private static boolean own(CallOptions options) {
    return options.node() != null || options.explain();
  }

  private boolean fresh(Answers.Kept known, CachePolicy cache) {
    return time.ticker().nanos() - known.askedNanos() < cache.keep().toNanos();
  }

  private String who(String operation, Policy policy, CallOptions options) {
    var principal = options.principal();
    var who = shared.test(operation) || principal == null ? "" : principal.subject();
    var attributes = options.attributes();
    return policy.traffic().none() || attributes == null || attributes.isEmpty()
        ? who
        : who + new TreeMap<>(attributes);
  }

  private Future<Reply> ask(Answers.Key key, CallOptions options) {
    Set<String> tags;
    try {
      tags = Tags.of(key.operation(), key.request());
    } catch (IOException e) {
      return Future.failedFuture(e);
    }
    heard.forEach(Heard::open);
    long now = time.ticker().nanos();
    // Others may come to wait for it: that the first one leaves is no reason to give it up.
    var answer =
        mesh.exchange(
            key.operation(),
            Operation.Kind.QUERY,
            key.request(),
            options.withCancellation(new Cancellation()));
    var mine = new Asked(answer, tags);
    asked.put(key, mine);
    return answer.andThen(
        done -> {
          // What was dropped meanwhile is no more asked for here.
          if (asked.remove(key, mine)
              && done.succeeded()
              && done.result().body().length() <= RoutingLimits.CACHED_ANSWER_MAX_BYTES) {
            answers.put(key, done.result(), now, tags);
          }
        });
  }

  private Future<Reply> command(String operation, Buffer request, CallOptions options) {
    return mesh.exchange(operation, Operation.Kind.COMMAND, request, options)
        .andThen(done -> changed(operation, request));
  }

  /** Whether it succeeded or not: what is not known to have failed may have happened. */
  private void changed(String operation, Buffer request) {
    if (answers.size() == 0 && asked.isEmpty()) {
      return;
    }
    try {
      Tags.of(operation, request).forEach(this::drop);
    } catch (IOException e) {
      LOG.debug("{}: {}", operation, e.getMessage());
    }
    drop(Tags.ofService(Operation.serviceOf(operation)));
  }

  private void drop(String tag) {
    answers.drop(tag);
    asked.values().removeIf(pending -> pending.tags().contains(tag));
  }

  /** What events were missed may have been about anything. */
  private void dropAll() {
    answers.clear();
    asked.clear();
  }

  /** What is heard of one service. */
  private final class Heard implements Subscription.Reader {
    private final String service;
    private @Nullable Subscription subscription;
    private boolean opening;
    private boolean over;
    private long openNextNanos = time.ticker().nanos();

    Heard(String service) {
      this.service = service;
    }

    void open() {
      if (opening || over || subscription != null || time.ticker().nanos() < openNextNanos) {
        return;
      }
      opening = true;
      Subscription.open(mesh, time, service, EventQuery.NEW, CallOptions.DEFAULT, this)
          .onComplete(
              (opened, failure) -> {
                opening = false;
                openNextNanos = time.ticker().nanos() + RETRY_NANOS;
                if (failure != null) {
                  LOG.debug("no events of {}: {}", service, failure.toString());
                } else if (over) {
                  opened.close();
                } else {
                  subscription = opened;
                  dropAll(); // What happened before was not heard.
                }
              });
    }

    void close() {
      over = true;
      if (subscription != null) {
        subscription.close();
      }
    }

    @Override
    public void event(Event event) {
      drop(Tags.ofValue(event.aggregate()));
      drop(Tags.ofValue(event.owner()));
      drop(Tags.ofService(service));
    }

    @Override
    public void interrupted() {
      dropAll();
    }

    @Override
    public void ended(MeshFailure.Application why) {
      LOG.debug("no more events of {}: {}", service, why.code());
      subscription = null;
      dropAll();
    }
  }
}
