package io.weft.mesh.bus;

import io.vertx.core.Handler;
import io.vertx.core.streams.ReadStream;
import io.weft.mesh.bus.Numbers.Count;
import org.jspecify.annotations.Nullable;

/**
 * A stream of the numbers from 0 up, which emits in the very call that resumes it, and does so
 * again when that call comes from its handler.
 */
class Numbers implements ReadStream<Count> {
  /** One item. */
  record Count(long value, String padding) {}

  private final long total;
  private final String padding;
  private final @Nullable Throwable last;
  private @Nullable Handler<Count> handler;
  private @Nullable Handler<Void> endHandler;
  private @Nullable Handler<Throwable> exceptionHandler;
  private long demand = Long.MAX_VALUE;
  private boolean over;
  private volatile long produced;
  private volatile boolean paused;

  Numbers(long total) {
    this(total, "", null);
  }

  /**
   * Creates a stream.
   *
   * @param total how many numbers come before the end
   * @param last the failure that comes in place of the end, if any
   */
  Numbers(long total, String padding, @Nullable Throwable last) {
    this.total = total;
    this.padding = padding;
    this.last = last;
  }

  long produced() {
    return produced;
  }

  boolean paused() {
    return paused;
  }

  @Override
  public Numbers handler(@Nullable Handler<Count> handler) {
    this.handler = handler;
    flow();
    return this;
  }

  @Override
  public Numbers endHandler(@Nullable Handler<Void> endHandler) {
    this.endHandler = endHandler;
    return this;
  }

  @Override
  public Numbers exceptionHandler(@Nullable Handler<Throwable> exceptionHandler) {
    this.exceptionHandler = exceptionHandler;
    return this;
  }

  @Override
  public Numbers pause() {
    demand = 0;
    paused = true;
    return this;
  }

  @Override
  public Numbers resume() {
    return fetch(Long.MAX_VALUE);
  }

  @Override
  public Numbers fetch(long amount) {
    demand = demand + amount < 0 ? Long.MAX_VALUE : demand + amount;
    paused = demand == 0;
    flow();
    return this;
  }

  private void flow() {
    while (demand > 0 && produced < total && handler != null) {
      if (demand != Long.MAX_VALUE) {
        demand--;
      }
      long value = produced;
      produced = value + 1;
      handler.handle(new Count(value, padding));
    }
    if (produced == total && !over && handler != null) {
      over = true;
      if (last != null && exceptionHandler != null) {
        exceptionHandler.handle(last);
      } else if (last == null && endHandler != null) {
        endHandler.handle(null);
      }
    }
  }
}
