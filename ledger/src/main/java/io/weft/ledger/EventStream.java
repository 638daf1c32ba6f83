package io.weft.ledger;

import io.vertx.core.Context;
import io.vertx.core.Handler;
import io.weft.mesh.Event;
import io.weft.mesh.ItemStream;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The events of one reader, on its own context: it asks its feed for a few more once those are read
 * that it has, so neither side piles anything up.
 *
 * <p>All of it on the reader's context, but {@link #give} and {@link #fail}, which are for the
 * feed's.
 */
final class EventStream implements ItemStream<Event> {
  private final Context context;
  private final Context feeds;
  private final Deque<Event> given = new ArrayDeque<>();
  private Runnable wantMore = () -> {};
  private Runnable leave = () -> {};
  private @Nullable Handler<Event> handler;
  private @Nullable Handler<Throwable> exceptionHandler;
  private @Nullable Throwable failure;
  private long demand = Long.MAX_VALUE;
  private boolean asked;
  private boolean draining;
  private boolean over;

  EventStream(Context context, Context feeds) {
    this.context = context;
    this.feeds = feeds;
  }

  /** Names what to call, on the feed's context, to get more and to get no more. */
  void feed(Runnable wantMore, Runnable leave) {
    this.wantMore = wantMore;
    this.leave = leave;
  }

  /** Answers a question for more. On the feed's context. */
  void give(List<Event> events) {
    context.runOnContext(
        here -> {
          asked = false;
          given.addAll(events);
          drain();
        });
  }

  /** Says that no more will come. On the feed's context. */
  void fail(Throwable cause) {
    context.runOnContext(
        here -> {
          failure = cause;
          drain();
        });
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
      feeds.runOnContext(there -> wantMore.run());
    }
  }

  @Override
  public void cancel() {
    if (!over) {
      over = true;
      given.clear();
      feeds.runOnContext(there -> leave.run());
    }
  }

  @Override
  public EventStream handler(@Nullable Handler<Event> handler) {
    this.handler = handler;
    drain();
    return this;
  }

  @Override
  public EventStream pause() {
    demand = 0;
    return this;
  }

  @Override
  public EventStream resume() {
    return fetch(Long.MAX_VALUE);
  }

  @Override
  public EventStream fetch(long amount) {
    demand = demand > Long.MAX_VALUE - amount ? Long.MAX_VALUE : demand + amount;
    drain();
    return this;
  }

  @Override
  public EventStream exceptionHandler(@Nullable Handler<Throwable> handler) {
    exceptionHandler = handler;
    return this;
  }

  /** A log has no end: the handler is never called. */
  @Override
  public EventStream endHandler(@Nullable Handler<Void> endHandler) {
    return this;
  }
}
