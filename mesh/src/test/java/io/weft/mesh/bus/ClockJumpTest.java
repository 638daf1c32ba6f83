package io.weft.mesh.bus;

import static io.weft.mesh.bus.Await.await;
import static io.weft.mesh.bus.Await.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.weft.mesh.MeshLimits;
import io.weft.mesh.Operation;
import io.weft.mesh.discovery.InMemorySite;
import io.weft.mesh.discovery.NodeRecord;
import io.weft.mesh.discovery.NodeRecord.State;
import io.weft.mesh.telemetry.Telemetry;
import io.weft.mesh.time.Rng;
import io.weft.mesh.time.Ticker;
import io.weft.mesh.time.Time;
import io.weft.mesh.time.Timers;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A node whose time of day jumps an hour, forwards and backwards. */
@Timeout(60)
class ClockJumpTest {
  record Word(String text) {}

  static final Operation<Word, Word> ECHO = Operation.query("words.echo", Word.class, Word.class);

  private final Vertx vertx = Vertx.vertx();
  private final InMemorySite site = new InMemorySite();
  private volatile Duration jump = Duration.ZERO;

  @AfterEach
  void close() throws Exception {
    await(vertx.close());
  }

  @Test
  void nothingHappens() throws Exception {
    var steady = mesh("steady", Time.of(vertx));
    var jumping = mesh("jumping", jumping());
    for (var mesh : List.of(steady, jumping)) {
      await(
          vertx.deployVerticle(
              new VerticleBase() {
                @Override
                public Future<?> start() {
                  return mesh.serve(ECHO, Future::succeededFuture);
                }
              }));
    }
    for (var mesh : List.of(steady, jumping)) {
      eventually(() -> mesh.directory().of("words").size() == 2);
    }
    var heard = new AtomicInteger();
    vertx.eventBus().consumer("weft.announcements", message -> heard.incrementAndGet());

    for (var by : List.of(Duration.ofHours(1), Duration.ofHours(-1))) {
      jump = by;
      int until = heard.get() + 2 * announcementsOfALease();
      while (heard.get() < until) {
        assertEquals(2, jumping.directory().of("words").size());
        assertEquals(2, steady.directory().of("words").size());
        assertEquals("hello", await(jumping.call(ECHO, new Word("hello"))).text());
      }
    }
  }

  private static int announcementsOfALease() {
    return (int) MeshLimits.LEASE.plusSeconds(1).dividedBy(MeshLimits.ANNOUNCE_INTERVAL);
  }

  private Time jumping() {
    var real = Time.of(vertx);
    Ticker ticker = real.ticker();
    Timers timers = real.timers();
    return new Time(ticker, timers, Rng.system(), () -> Instant.now().plus(jump));
  }

  private BusMesh mesh(String name, Time time) throws Exception {
    var record =
        new NodeRecord(
            name,
            "1",
            1,
            name,
            "site",
            "zone",
            "1",
            State.SERVING,
            0,
            List.of(),
            Map.of(),
            List.of());
    var mesh = new BusMesh(vertx, record, site, time, Telemetry.NONE);
    await(mesh.open());
    return mesh;
  }
}
