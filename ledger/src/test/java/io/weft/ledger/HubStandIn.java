package io.weft.ledger;

import io.vertx.core.Context;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.core.streams.ReadStream;
import io.weft.mesh.Call;
import io.weft.mesh.CallOptions;
import io.weft.mesh.Event;
import io.weft.mesh.EventQuery;
import io.weft.mesh.ItemStream;
import io.weft.mesh.Mesh;
import io.weft.mesh.MeshFailure;
import io.weft.mesh.Operation;
import io.weft.mesh.Reply;
import io.weft.mesh.Request;
import io.weft.mesh.bus.BusMesh;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Stands for a hub at a site, as the link between them does: it passes operations and events on to
 * another mesh of this process, and does to them what links do.
 */
public final class HubStandIn {
  private final Vertx here;
  private final Mesh site;
  private final Vertx there;
  private final Mesh hub;
  private final Set<Passed> streams = ConcurrentHashMap.newKeySet();
  private final Map<String, Way> ways = new ConcurrentHashMap<>();
  private final Map<String, Integer> passed = new ConcurrentHashMap<>();
  private volatile Way way = Way.OPEN;

  /** What becomes of a call. */
  public enum Way {
    /** It comes to the hub, and the answer back. */
    OPEN,
    /** There is no way: it is not sent. */
    CUT,
    /** It is lost on the way to the hub, without anybody knowing. */
    LOST,
    /** The hub does it, and the answer is lost. */
    ANSWER_LOST
  }

  /** Creates what stands at a site for a hub. */
  public HubStandIn(Vertx here, Mesh site, Vertx there, Mesh hub) {
    this.here = here;
    this.site = site;
    this.there = there;
    this.hub = hub;
  }

  /**
   * Serves operations, and the events of services.
   *
   * @return the id of its deployment
   */
  public Future<String> serve(List<Operation<?, ?>> operations, List<String> services) {
    var verticle =
        new VerticleBase() {
          @Override
          public Future<?> start() {
            var served = new ArrayList<Future<?>>();
            for (var operation : operations) {
              served.add(site.serve(operation.name(), HubStandIn.this::pass));
            }
            for (var service : services) {
              served.add(site.serve(Event.streamOf(service), query -> open(service, query)));
            }
            return Future.all(served);
          }
        };
    var asHub = new JsonObject().put(BusMesh.SITE, DataService.HUB);
    return here.deployVerticle(verticle, new DeploymentOptions().setConfig(asHub));
  }

  /** Says what becomes of calls from now on; streams end where there is no way. */
  public void way(Way now) {
    way = now;
    ways.clear();
    if (now == Way.CUT) {
      streams.forEach(Passed::cut);
      streams.clear();
    }
  }

  /** Says what becomes of the calls of one operation from now on. */
  public void way(String operation, Way now) {
    ways.put(operation, now);
  }

  /** Returns how many calls of an operation have come here. */
  public int passed(String operation) {
    return passed.getOrDefault(operation, 0);
  }

  private Future<Reply> pass(Request request) {
    passed.merge(request.operation(), 1, Integer::sum);
    var options =
        CallOptions.DEFAULT.withTimeout(Duration.ofNanos(request.deadline().remainingNanos()));
    var asked = request.kind() == Operation.Kind.QUERY ? options : options.withKey(request.key());
    return switch (ways.getOrDefault(request.operation(), way)) {
      case CUT -> Future.failedFuture(new MeshFailure.NotSent("the link is cut"));
      case LOST -> Promise.<Reply>promise().future();
      case OPEN -> exchange(request, asked);
      case ANSWER_LOST ->
          exchange(request, asked).transform(lost -> Promise.<Reply>promise().future());
    };
  }

  private Future<Reply> exchange(Request request, CallOptions options) {
    var body = request.payload().bytes();
    return at(() -> hub.exchange(request.operation(), request.kind(), body, options));
  }

  /** Does something on a context of the hub, and answers on that of the site. */
  private <T> Future<T> at(Supplier<Future<T>> what) {
    Context back = here.getOrCreateContext();
    Promise<T> answer = Promise.promise();
    there
        .getOrCreateContext()
        .runOnContext(
            go -> what.get().onComplete(done -> back.runOnContext(on -> answer.handle(done))));
    return answer.future();
  }

  private Future<ReadStream<Event>> open(String service, EventQuery query) {
    if (way != Way.OPEN) {
      return Future.failedFuture(new MeshFailure.NotSent("the link is cut"));
    }
    Context back = here.getOrCreateContext();
    var gone = Call.current().orElseThrow().cancellation();
    return at(() -> hub.open(Event.streamOf(service), query))
        .map(
            opened -> {
              var passed = new Passed(back, opened);
              streams.add(passed);
              gone.onCancel(passed::leave);
              return passed;
            });
  }

  /** A stream of the hub, at the site. */
  private static final class Passed implements ReadStream<Event> {
    private final Context context;
    private final ItemStream<Event> from;
    private final Deque<Event> waiting = new ArrayDeque<>();
    private @Nullable Handler<Event> handler;
    private @Nullable Handler<Throwable> exceptionHandler;
    private long demand = Long.MAX_VALUE;

    Passed(Context context, ItemStream<Event> from) {
      this.context = context;
      this.from = from;
      from.exceptionHandler(failure -> context.runOnContext(on -> fail(failure)));
      from.handler(event -> context.runOnContext(on -> take(event)));
    }

    private void take(Event event) {
      waiting.add(event);
      drain();
    }

    private void drain() {
      while (handler != null && demand > 0 && !waiting.isEmpty()) {
        demand -= demand == Long.MAX_VALUE ? 0 : 1;
        handler.handle(waiting.remove());
      }
    }

    private void fail(Throwable failure) {
      if (exceptionHandler != null) {
        exceptionHandler.handle(failure);
      }
    }

    void cut() {
      context.runOnContext(on -> fail(new MeshFailure.NotSent("the link is cut")));
      leave();
    }

    void leave() {
      from.cancel();
    }

    @Override
    public ReadStream<Event> handler(@Nullable Handler<Event> newHandler) {
      handler = newHandler;
      drain();
      return this;
    }

    @Override
    public ReadStream<Event> exceptionHandler(@Nullable Handler<Throwable> newHandler) {
      exceptionHandler = newHandler;
      return this;
    }

    @Override
    public ReadStream<Event> endHandler(@Nullable Handler<Void> endHandler) {
      return this;
    }

    @Override
    public ReadStream<Event> pause() {
      demand = 0;
      return this;
    }

    @Override
    public ReadStream<Event> resume() {
      return fetch(Long.MAX_VALUE);
    }

    @Override
    public ReadStream<Event> fetch(long amount) {
      demand = demand > Long.MAX_VALUE - amount ? Long.MAX_VALUE : demand + amount;
      drain();
      return this;
    }
  }
}
