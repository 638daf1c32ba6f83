package io.weft.lab.outbox;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.json.JsonObject;
import io.weft.lab.LabException;
import io.weft.lab.TemporaryFolder;
import io.weft.ledger.embedded.EmbeddedPostgres;
import io.weft.mesh.Event;
import io.weft.mesh.EventQuery;
import io.weft.mesh.Readiness;
import io.weft.mesh.ServiceProvider.Host;
import io.weft.mesh.bus.BusMesh;
import io.weft.mesh.time.Time;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/** One node with a PostgreSQL of its own, whose events are written, relayed and read. */
final class Bench {
  private static final int START_SECONDS = 60;

  private final int rate;
  private final int perTransaction;
  private final int seconds;

  Bench(int rate, int perTransaction, int seconds) {
    this.rate = rate;
    this.perTransaction = perTransaction;
    this.seconds = seconds;
  }

  Figures run() {
    try (var folder = new TemporaryFolder()) {
      var server = EmbeddedPostgres.acquire(folder.path());
      try {
        return run(server.uri());
      } finally {
        server.release();
      }
    }
  }

  private Figures run(String uri) {
    // One event loop, as nodes of two cores have.
    var vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
    var shop = new Shop();
    try {
      var host = host(vertx, uri);
      await(shop.open(host), START_SECONDS);
      await(vertx.deployVerticle(shop.instance(host)), START_SECONDS);
      return measure(vertx, host, shop);
    } finally {
      await(shop.close(), START_SECONDS);
      await(vertx.close(), START_SECONDS);
    }
  }

  private static Host host(Vertx vertx, String uri) {
    var postgres = new JsonObject().put("uri", uri).put("poolSize", OutboxLimits.CONNECTIONS);
    return new Host(
        vertx,
        BusMesh.local(vertx),
        Time.of(vertx),
        new JsonObject().put("postgres", postgres),
        () -> Future.succeededFuture(new Readiness(List.of())));
  }

  private Figures measure(Vertx vertx, Host host, Shop shop) {
    int events = rate * (seconds + OutboxLimits.WARM_UP_SECONDS + 1);
    Context context = vertx.getOrCreateContext();
    var load = new Load(vertx, shop.data(), rate, perTransaction, events);
    var sizes = new Sizes(shop.data().database());
    long looks = vertx.setPeriodic(OutboxLimits.LOOK_INTERVAL.toMillis(), id -> sizes.look());
    await(
        on(
            context,
            () ->
                host.mesh()
                    .open(Event.streamOf(Shop.NAME), EventQuery.NEW)
                    .map(
                        stream -> {
                          stream.exceptionHandler(load::readingFailed);
                          stream.handler(load::take);
                          load.start();
                          return null;
                        })),
        START_SECONDS);
    await(vertx.timer(OutboxLimits.WARM_UP_SECONDS, TimeUnit.SECONDS), START_SECONDS);
    await(
        on(
            context,
            () -> {
              sizes.begin();
              load.measure();
              return Future.succeededFuture();
            }),
        START_SECONDS);
    await(vertx.timer(seconds, TimeUnit.SECONDS), seconds + START_SECONDS);
    await(
        on(
            context,
            () -> {
              load.end();
              return drained(vertx, load);
            }),
        START_SECONDS);
    vertx.cancelTimer(looks);
    await(sizes.look(), START_SECONDS);
    return await(
        on(context, () -> Future.succeededFuture(load.figures(seconds, sizes))), START_SECONDS);
  }

  /** Completes when all has arrived, or it took too long. */
  private static Future<Void> drained(Vertx vertx, Load load) {
    return Future.future(
        done -> {
          long last = vertx.setTimer(OutboxLimits.DRAIN_MAX.toMillis(), id -> done.tryComplete());
          vertx.setPeriodic(
              OutboxLimits.TICK.toMillis(),
              id -> {
                if (load.idle() && done.tryComplete()) {
                  vertx.cancelTimer(last);
                }
                if (done.future().isComplete()) {
                  vertx.cancelTimer(id);
                }
              });
        });
  }

  private static <T> Future<T> on(Context context, Supplier<Future<T>> step) {
    return Future.future(done -> context.runOnContext(here -> step.get().onComplete(done)));
  }

  private static <T> T await(Future<T> future, int seconds) {
    try {
      return future.toCompletionStage().toCompletableFuture().get(seconds, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LabException("interrupted", e);
    } catch (ExecutionException | TimeoutException e) {
      throw new LabException("the benchmark of the outbox failed: " + e, e);
    }
  }
}
