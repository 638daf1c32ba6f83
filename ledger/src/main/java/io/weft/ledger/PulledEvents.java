package io.weft.ledger;

import io.vertx.core.Handler;
import io.weft.mesh.Event;
import io.weft.mesh.ItemStream;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A stream of events that asks for a few more once those are read that it has, so that neither side
 * piles anything up. All of it on its reader's context.
 */
public abstract class PulledEvents implements ItemStream<Event> {
  private final Deque<Event> given = new ArrayDeque<>();
  private @Nullable Handler<Event> handler;
  private @Nullable Handler<Throwable> exceptionHandler;
  private @Nullable Throwable failure;
  private long demand = Long.MAX_VALUE;
  private boolean asked;
  private boolean draining;
  private boolean over;

  /** Asks for more, which come by {@link #given} or not by {@link #failed}; one at a time. */
  protected abstract void more();

  /** Says that no more is wanted, once. */
  protected abstract void leave();

  /** Takes what was asked for, or what is there before anything was. */
  protected final void given(List<Event> events) {
    asked = false;
    if (!over) {
      given.addAll(events);
      drain();
    }
  }

  /** Ends the stream once what it has is read. */
  protected final void failed(Throwable cause) {
    failure = cause;
    drain();
  }

  private void drain() {
    if (draining) {
      return;
    }
    draining = true;
    while (!over && handler != null && demand > 0 && !given.isEmpty()) {
      if (demand != Long.MAX_VALUE) {
        demand--;
      }
      handler.handle(given.remove());
    }
    draining = false;
    if (!over && handler != null && given.isEmpty()) {
      goOn();
    }
  }

  private void goOn() {
    if (failure != null) {
      over = true;
      if (exceptionHandler != null) {
        exceptionHandler.handle(failure);
      }
    } else if (demand > 0 && !asked) {
      asked = true;
      more();
    }
  }

  @Override
  public final void cancel() {
    if (!over) {
      over = true;
      given.clear();
      leave();
    }
  }

  @Override
  public final PulledEvents handler(@Nullable Handler<Event> handler) {
    this.handler = handler;
    drain();
    return this;
  }

  @Override
  public final PulledEvents pause() {
    demand = 0;
    return this;
  }

  @Override
  public final PulledEvents resume() {
    return fetch(Long.MAX_VALUE);
  }

  @Override
  public final PulledEvents fetch(long amount) {
    demand = demand > Long.MAX_VALUE - amount ? Long.MAX_VALUE : demand + amount;
    drain();
    return this;
  }

  @Override
  public final PulledEvents exceptionHandler(@Nullable Handler<Throwable> handler) {
    exceptionHandler = handler;
    return this;
  }

  /** A log has no end: the handler is never called. */
  @Override
  public final PulledEvents endHandler(@Nullable Handler<Void> endHandler) {
    return this;
  }
}
