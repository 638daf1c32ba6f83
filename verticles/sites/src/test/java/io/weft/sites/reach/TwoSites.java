package io.weft.sites.reach;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Context;
import io.vertx.core.Deployable;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import io.weft.mesh.Mesh;
import io.weft.mesh.MeshFailure;
import io.weft.mesh.Operation;
import io.weft.mesh.Readiness;
import io.weft.mesh.ServiceProvider.Host;
import io.weft.mesh.Step;
import io.weft.mesh.bus.BusMesh;
import io.weft.mesh.link.EdgeLink;
import io.weft.mesh.link.Enrolment;
import io.weft.mesh.link.Enrolments;
import io.weft.mesh.link.HubLinks;
import io.weft.mesh.link.Invitation;
import io.weft.mesh.link.Invitations;
import io.weft.mesh.link.LinkCalls;
import io.weft.mesh.link.LinkSession;
import io.weft.mesh.link.LinkSocket;
import io.weft.mesh.link.SiteIdentity;
import io.weft.mesh.link.SiteKey;
import io.weft.mesh.link.SitePublicKey;
import io.weft.mesh.time.Time;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

/**
 * A hub and an edge in one process, each with a Vert.x and a mesh of one node, and a link between
 * them that can be cut.
 */
final class TwoSites implements AutoCloseable {
  /** The name of each site to itself, as a mesh of one node has it. */
  static final String SELF = "local";

  private static final long PATIENCE_SECONDS = 30;
  private static final SiteIdentity HUB = new SiteIdentity("cloud", SiteKey.create());
  private static final SiteIdentity EDGE = new SiteIdentity("edge-1", SiteKey.create());

  final Site hub;
  final Site edge;
  private final List<Pipe> pipes = new ArrayList<>();
  private final HubLinks links;
  private final EdgeLink link;
  private volatile boolean closed;

  /** One site: its mesh, and its part in the session of the link. */
  static final class Site {
    final Vertx vertx = Vertx.vertx();
    final Mesh mesh = BusMesh.local(vertx);
    final Host host =
        new Host(
            vertx,
            mesh,
            Time.of(vertx),
            new JsonObject(),
            () -> Future.succeededFuture(new Readiness(List.of())));
    final Context loop = onItself(vertx.getOrCreateContext(), vertx::getOrCreateContext);
    private final String other;
    private final ExportRules rules;
    private final Set<String> services;
    volatile Part part;

    Site(String other, ExportRules rules, Set<String> services) {
      this.other = other;
      this.rules = rules;
      this.services = services;
    }

    /** Serves an operation from a verticle of its own. */
    <Q, R> String serve(Operation<Q, R> operation, Function<Q, Future<R>> handler)
        throws Exception {
      Deployable server = context -> mesh.serve(operation, handler);
      return await(vertx.deployVerticle(server));
    }

    /** Returns whether an operation is served here, at a site. */
    boolean serves(String operation, String site) {
      return mesh.directory().serving(operation).stream().anyMatch(e -> e.site().equals(site));
    }

    <T> T onLoop(Callable<T> task) {
      return onItself(loop, task);
    }

    private LinkSession.Listener began(LinkSession session) {
      var begun = new Part(this, session);
      part = begun;
      begun.imports.start();
      return begun;
    }

    private Executor turns() {
      return task -> loop.runOnContext(go -> task.run());
    }
  }

  /** What one side of a session consists of. */
  static final class Part implements LinkSession.Listener {
    final LinkSession session;
    final LinkCalls calls;
    final Exports exports;
    final Imports imports;

    private Part(Site site, LinkSession session) {
      this.session = session;
      // Hubs know their sites by the names that these have proved.
      var proved = site.other.equals("hub") ? session.site() : site.other;
      exports = new Exports(site.host, SELF, proved, site.rules);
      calls = new LinkCalls(session, session.site(), site.host.time(), exports);
      imports = new Imports(site.host, calls, session, site.other, site.services);
    }

    @Override
    public void message(Buffer message) {
      calls.message(message);
    }

    @Override
    public void ended() {
      calls.ended();
      exports.close();
      imports.close();
    }
  }

  /**
   * Creates both sites and the link between them.
   *
   * @param exports of both, as the setting has them
   * @param ofHub services of the hub that the edge imports
   * @param ofEdge services of the edge that the hub imports
   */
  TwoSites(JsonObject exports, Set<String> ofHub, Set<String> ofEdge) {
    hub = new Site("edge-1", ExportRules.of(exports), ofEdge);
    edge = new Site("hub", ExportRules.of(exports), ofHub);
    links =
        new HubLinks(
            hub.host.time(), hub.turns(), HUB, new OneSite(), new NoInvitations(), hub::began);
    link =
        new EdgeLink(
            edge.host.time(),
            edge.turns(),
            this::dial,
            EDGE,
            HUB.key().shown(),
            1,
            edge::began,
            state -> {});
    edge.loop.runOnContext(go -> link.start());
  }

  private volatile boolean away;

  private Future<LinkSocket> dial() {
    if (away) {
      return Future.failedFuture("the uplink is away");
    }
    var pipe = new Pipe(edge.loop, hub.loop);
    pipes.add(pipe);
    hub.loop.runOnContext(there -> links.accept(pipe.hub));
    return Future.succeededFuture(pipe.edge);
  }

  /** Cuts the link until it is healed. */
  void cut() {
    away = true;
    edge.onLoop(
        () -> {
          pipes.forEach(Pipe::cut);
          pipes.clear();
          return true;
        });
    eventually(() -> !edge.part.session.connected());
  }

  /** Cuts the link and lets it come back at once. */
  void blink() {
    cut();
    heal();
  }

  void heal() {
    away = false;
  }

  /** Calls from the edge over the link itself, past whatever imports there are. */
  Step overTheLink() {
    return request -> edge.onLoop(() -> edge.part.calls.take(request));
  }

  @Override
  public void close() throws Exception {
    if (closed) {
      return;
    }
    closed = true;
    edge.onLoop(
        () -> {
          link.stop();
          return true;
        });
    await(edge.vertx.close());
    await(hub.vertx.close());
  }

  private static final class OneSite implements Enrolments {
    private long greatest;

    @Override
    public Future<Optional<Enrolment>> find(String site) {
      return Future.succeededFuture(
          Optional.of(new Enrolment(EDGE.name(), EDGE.key().shown(), false)));
    }

    @Override
    public Future<Long> claimTerm(String site, long term) {
      greatest = Math.max(greatest, term);
      return Future.succeededFuture(greatest);
    }
  }

  private static final class NoInvitations implements Invitations {
    @Override
    public Future<Optional<Invitation>> find(String id) {
      return Future.succeededFuture(Optional.empty());
    }

    @Override
    public Future<SitePublicKey> use(String id, SitePublicKey key) {
      return Future.failedFuture("nobody was invited");
    }
  }

  private static <T> T onItself(Context loop, Callable<T> task) {
    Promise<T> done = Promise.promise();
    loop.runOnContext(
        go -> {
          try {
            done.complete(task.call());
          } catch (Exception | AssertionError e) {
            done.fail(e);
          }
        });
    try {
      return await(done.future());
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  static <T> T await(Future<T> future) throws Exception {
    return future.toCompletionStage().toCompletableFuture().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
  }

  static <F extends MeshFailure> F failure(Class<F> type, Future<?> future) throws Exception {
    return assertInstanceOf(
        type,
        await(
            future.<Throwable>transform(
                done ->
                    done.succeeded()
                        ? Future.failedFuture("no failure but " + done.result())
                        : Future.succeededFuture(done.cause()))));
  }

  static void eventually(BooleanSupplier condition) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() < deadline, "not within " + PATIENCE_SECONDS + " s");
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
    }
  }
}
