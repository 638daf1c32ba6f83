package io.weft.node.log;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.core.AsyncAppenderBase;
import io.weft.node.NodeLimits;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A bounded queue between those who log and the file or terminal, so that a slow one never holds up
 * an event loop.
 *
 * <p>When it is full, lines are dropped, and the next line that fits says how many.
 */
final class BoundedQueue extends AsyncAppenderBase<ILoggingEvent> {
  private final AtomicLong dropped = new AtomicLong();
  private final Logger logger;

  BoundedQueue(Logger logger) {
    this.logger = logger;
    setQueueSize(NodeLimits.LOG_QUEUE_MAX);
    setDiscardingThreshold(0);
    setNeverBlock(true);
    setMaxFlushTime((int) NodeLimits.LOG_FLUSH_TIMEOUT.toMillis());
  }

  @Override
  protected void append(ILoggingEvent event) {
    if (getRemainingCapacity() <= 1) {
      dropped.incrementAndGet();
      return;
    }
    long lost = dropped.getAndSet(0);
    if (lost > 0) {
      super.append(
          new LoggingEvent(
              BoundedQueue.class.getName(),
              logger,
              Level.WARN,
              "{} log lines were dropped: the log could not be written as fast",
              null,
              new Object[] {lost}));
    }
    super.append(event);
  }

  @Override
  protected void preprocess(ILoggingEvent event) {
    CallFields.note(event);
    event.prepareForDeferredProcessing();
  }
}
