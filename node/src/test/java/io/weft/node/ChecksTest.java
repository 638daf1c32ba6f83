package io.weft.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Deployable;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.weft.mesh.Readiness;
import io.weft.mesh.ServiceProvider;
import io.weft.mesh.time.VirtualTime;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** Readiness, on a clock that is moved by hand. */
class ChecksTest {
  private final VirtualTime time = new VirtualTime(1);

  private Checks node() {
    var checks = new Checks(() -> 1, time.time());
    checks.ready();
    return checks;
  }

  @Test
  void aNodeIsReadyWhenAllOfItsChecksPass() {
    var checks = node();
    checks.service(provider(Future::succeededFuture));
    var readiness = checks.ask().result();
    assertTrue(readiness.ready(), readiness.toString());
    assertEquals(0, time.pending(), "timeouts that were not taken back");
  }

  @Test
  void aCheckThatFailsOrThrowsIsNamedWithoutItsSecrets() {
    var checks = node();
    checks.service(provider(() -> Future.failedFuture("no postgresql://u:hush@h/db")));
    checks.service(
        provider(
            () -> {
              throw new IllegalStateException("broken");
            }));
    var readiness = checks.ask().result();
    assertFalse(readiness.ready());
    assertEquals("no postgresql://u:***@h/db", readiness.checks().get(1).detail());
    assertEquals("broken", readiness.checks().get(2).detail());
  }

  @Test
  void aCheckThatNeverAnswersIsGivenUpInTime() {
    var checks = node();
    var never = Promise.<Void>promise();
    checks.service(provider(never::future));
    Future<Readiness> asked = checks.ask();
    time.advance(NodeLimits.CHECK_TIMEOUT.minusMillis(1));
    assertFalse(asked.isComplete());
    time.advance(NodeLimits.CHECK_TIMEOUT);
    assertFalse(asked.result().ready());
    assertEquals("no answer in 2000 ms", asked.result().checks().get(1).detail());
    never.complete(); // Too late to matter, and no error either.
    assertFalse(asked.result().ready());
  }

  @Test
  void aNodeThatStopsIsNotReady() {
    var checks = node();
    checks.stopping();
    var readiness = checks.ask().result();
    assertFalse(readiness.ready());
    assertEquals("the node is stopping", readiness.checks().get(0).detail());
  }

  private static ServiceProvider provider(Supplier<Future<Void>> check) {
    return new ServiceProvider() {
      @Override
      public String name() {
        return "things";
      }

      @Override
      public String version() {
        return "1";
      }

      @Override
      public Future<Void> open(Host host) {
        return Future.succeededFuture();
      }

      @Override
      public Deployable instance(Host host) {
        throw new UnsupportedOperationException("not deployed here");
      }

      @Override
      public Future<Void> check() {
        return check.get();
      }
    };
  }
}
