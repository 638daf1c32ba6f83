package io.weft.mesh.bus;

import io.vertx.core.Handler;
import java.util.Arrays;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs exceptions that nobody handled, as Vert.x does, but for one that tells nothing.
 *
 * <p>The bus completes the promise of a write through an adapter that always denies having failed
 * it, so Vert.x takes each failed write for one completed twice and throws. The failure itself has
 * reached its writer by then. One closed connection can fail a thousand writes, and a thousand
 * stack traces hide what matters.
 */
final class Unhandled implements Handler<Throwable> {
  private static final Logger LOG = LoggerFactory.getLogger(Unhandled.class);
  private static final String COMPLETED_TWICE = "Promise already completed";

  /** What completes the promise of a write: the connection of the bus, or the socket below it. */
  private static final Set<String> WRITERS =
      Set.of(
          "io.vertx.core.eventbus.impl.clustered.OutboundConnection",
          "io.vertx.core.net.impl.DelegatingChannelPromise");

  @Override
  public void handle(Throwable failure) {
    if (ofFailedWrite(failure)) {
      LOG.debug("A write to the bus failed", failure);
    } else {
      LOG.error("An exception that nobody handled", failure);
    }
  }

  /** Between the promise that was completed twice and our code, if that is there, lies a write. */
  static boolean ofFailedWrite(Throwable failure) {
    return failure instanceof IllegalStateException
        && COMPLETED_TWICE.equals(failure.getMessage())
        && Arrays.stream(failure.getStackTrace())
            .map(StackTraceElement::getClassName)
            .takeWhile(name -> !name.startsWith("io.weft."))
            .anyMatch(WRITERS::contains);
  }
}
