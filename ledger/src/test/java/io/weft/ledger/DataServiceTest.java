package io.weft.ledger;

import static org.junit.jupiter.api.Assertions.assertFalse;

import io.vertx.core.Deployable;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.weft.mesh.Readiness;
import io.weft.mesh.ServiceProvider.Host;
import io.weft.mesh.bus.BusMesh;
import io.weft.mesh.time.Time;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a service that keeps data needs to start. */
final class DataServiceTest {
  private final Vertx vertx = Vertx.vertx();
  private final Time time = Time.of(vertx);

  @AfterEach
  void close() throws Exception {
    await(vertx.close());
  }

  @Test
  void aDatabaseThatIsSlowAtFirstDelaysAStartInsteadOfEndingIt() throws Exception {
    var uri = TestPostgres.freshDatabase();
    Migrations.migrate(uri, "things");
    var things = new Things();
    Future<Void> opened;
    try (var other = TestPostgres.connect(uri);
        var statement = other.createStatement()) {
      other.setAutoCommit(false);
      statement.execute("lock table things.cursor_key");
      opened = things.open(host(uri));
      // By then the first try has met its end at the lock.
      await(passed(LedgerLimits.LOCK_TIMEOUT.plus(LedgerLimits.START_INTERVAL)));
      assertFalse(opened.isComplete(), String.valueOf(opened.cause()));
    }

    await(opened);

    await(things.check());
    await(things.close());
  }

  private Host host(String uri) {
    var postgres = new JsonObject().put("uri", uri).put("poolSize", 2);
    return new Host(
        vertx,
        BusMesh.local(vertx),
        time,
        new JsonObject().put("postgres", postgres),
        () -> Future.succeededFuture(new Readiness(List.of())));
  }

  private Future<Void> passed(Duration duration) {
    Promise<Void> passed = Promise.promise();
    time.timers().after(duration, passed::complete);
    return passed.future();
  }

  private static <T> T await(Future<T> future) throws Exception {
    return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
  }

  private static final class Things extends DataService {
    Things() {
      super("things", "1.0.0");
    }

    @Override
    protected Deployable instance(Host host, Data data) {
      throw new UnsupportedOperationException("nothing is served here");
    }
  }
}
