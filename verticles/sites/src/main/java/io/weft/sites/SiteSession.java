package io.weft.sites;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.weft.mesh.Mesh;
import io.weft.mesh.Operation;
import io.weft.mesh.Reply;
import io.weft.mesh.Request;
import io.weft.mesh.ServiceProvider.Host;
import io.weft.mesh.Step;
import io.weft.mesh.discovery.NodeRecord.State;
import io.weft.mesh.link.LinkCalls;
import io.weft.mesh.link.LinkSession;
import io.weft.mesh.policy.PolicyDocument;
import io.weft.mesh.policy.SitePolicies;
import io.weft.mesh.time.Time;
import io.weft.mesh.time.Timers;
import io.weft.mesh.wire.JsonCodec;
import io.weft.sites.LinkReport.Heartbeat;
import io.weft.sites.reach.LinkOperations;
import io.weft.sites.reach.LinkOperations.AskPolicies;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One session of a link, from its beginning to its end: its calls in both directions, and the
 * heartbeats by which each side knows how the other one is. For the link's event loop.
 */
final class SiteSession implements LinkSession.Listener {
  /** Says how this site is, and asks how the other one is. */
  static final Operation<Heartbeat, Heartbeat> HEARTBEAT =
      Operation.query("link.heartbeat", Heartbeat.class, Heartbeat.class);

  private static final Logger LOG = LoggerFactory.getLogger(SiteSession.class);

  private final Time time;
  private final Mesh mesh;
  private final LinkSession session;
  private final LinkCalls calls;
  private final Step exports;
  private final OwnEdge edge;
  private final Consumer<LinkReport> heard;
  private final Supplier<SitePolicies> policies;
  private Timers.@Nullable Handle next;
  private Runnable whenOver = () -> {};
  private @Nullable PolicyFollower follower;
  private boolean over;

  /**
   * Creates what hears of a session that has just begun.
   *
   * @param self the name of this site
   * @param exports takes what the other site asks
   * @param edge how this site stands as an edge, told with each heartbeat as it was last read
   * @param heard is told of each answer to a heartbeat
   */
  SiteSession(
      Host host,
      LinkSession session,
      String self,
      Step exports,
      OwnEdge edge,
      Consumer<LinkReport> heard) {
    this.session = session;
    this.exports = exports;
    this.edge = edge;
    this.heard = heard;
    time = host.time();
    mesh = host.mesh();
    policies = host.policies();
    calls = new LinkCalls(session, self, time, this::take);
  }

  /** Runs a task when the session has ended. */
  void whenOver(Runnable task) {
    whenOver = task;
  }

  /** Has this site go by the policies of the other one. */
  void follow(PolicyFollower follows) {
    follower = follows;
  }

  /** Asks the other site for the policies that it goes by. */
  Future<PolicyDocument> policies() {
    return LinkOperations.ask(
        calls,
        time,
        mesh.node(),
        LinkOperations.POLICIES,
        new AskPolicies(),
        SitesLimits.POLICIES_TIMEOUT);
  }

  /** Returns the session. */
  LinkSession session() {
    return session;
  }

  /** Returns the calls to the other site. */
  LinkCalls calls() {
    return calls;
  }

  @Override
  public void message(Buffer message) {
    calls.message(message);
  }

  @Override
  public void connected() {
    calls.connected();
    beat();
  }

  @Override
  public void cut() {
    calls.cut();
  }

  @Override
  public void ended() {
    over = true;
    cancel();
    calls.ended();
    whenOver.run();
  }

  private Future<Reply> take(Request request) {
    return request.operation().equals(HEARTBEAT.name())
        ? Future.succeededFuture(Reply.of(JsonCodec.encode(heartbeat())))
        : exports.take(request);
  }

  private void beat() {
    cancel();
    if (over || !session.connected()) {
      return; // The next connection begins it again.
    }
    next = time.timers().after(SitesLimits.HEARTBEAT_INTERVAL, this::beat);
    edge.read().onFailure(e -> LOG.warn("how this site stands cannot be read", e));
    LinkOperations.ask(
            calls, time, mesh.node(), HEARTBEAT, heartbeat(), SitesLimits.HEARTBEAT_TIMEOUT)
        .map(Heartbeat::believed)
        .onSuccess(this::answered)
        .onFailure(e -> LOG.debug("{} gave no sign: {}", session.site(), e.getMessage()));
  }

  private void answered(Heartbeat said) {
    var halfway = Duration.ofNanos(session.roundTripNanos() / 2);
    Instant there = said.now().plus(halfway);
    var report =
        new LinkReport(
            TimeUnit.NANOSECONDS.toMicros(session.roundTripNanos()),
            session.bytesSent(),
            session.bytesReceived(),
            session.unacknowledgedBytes(),
            said,
            Duration.between(time.wall().now(), there).toMillis());
    heard.accept(report);
    if (follower != null) {
      follower.heard(said);
    }
  }

  /** Returns how this site is. */
  private Heartbeat heartbeat() {
    var nodes = mesh.nodes();
    var services =
        nodes.stream()
            .flatMap(node -> node.instances().stream())
            .filter(instance -> instance.local() && instance.state() == State.SERVING)
            .map(instance -> instance.service())
            .distinct()
            .sorted()
            .toList();
    var document = policies.get().current();
    return new Heartbeat(
        nodes.size(),
        services,
        document.epoch(),
        nodes.get(0).version(),
        time.wall().now(),
        edge.last(),
        document.digest(),
        follower == null ? null : follower.known());
  }

  private void cancel() {
    if (next != null) {
      next.cancel();
    }
  }
}
