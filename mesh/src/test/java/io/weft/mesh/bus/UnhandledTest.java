package io.weft.mesh.bus;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class UnhandledTest {
  private static final String CONNECTION =
      "io.vertx.core.eventbus.impl.clustered.OutboundConnection";

  @Test
  void aFailedWriteOfTheBusIsRecognised() {
    assertTrue(recognised("io.vertx.core.Promise", CONNECTION, "io.weft.mesh.bus.Lane"));
    assertTrue(
        recognised("io.vertx.core.Promise", "io.vertx.core.net.impl.DelegatingChannelPromise"));
  }

  @Test
  void aPromiseThatOurOwnCodeCompletesTwiceIsNot() {
    assertFalse(recognised("io.vertx.core.Promise", "io.weft.mesh.bus.Lane", CONNECTION));
    assertFalse(recognised("io.vertx.core.Promise", "io.vertx.core.impl.VertxImpl"));
  }

  @Test
  void anotherExceptionOnTheSameWayIsNot() {
    assertFalse(Unhandled.ofFailedWrite(thrown(new IllegalStateException("else"), CONNECTION)));
    assertFalse(
        Unhandled.ofFailedWrite(
            thrown(new IllegalArgumentException("Promise already completed"), CONNECTION)));
  }

  private static boolean recognised(String... classes) {
    return Unhandled.ofFailedWrite(
        thrown(new IllegalStateException("Promise already completed"), classes));
  }

  private static Throwable thrown(Throwable failure, String... classes) {
    failure.setStackTrace(
        Stream.of(classes)
            .map(name -> new StackTraceElement(name, "method", "File.java", 1))
            .toArray(StackTraceElement[]::new));
    return failure;
  }
}
