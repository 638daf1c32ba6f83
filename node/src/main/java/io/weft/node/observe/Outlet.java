package io.weft.node.observe;

import io.vertx.core.Context;
import io.vertx.core.Handler;
import io.weft.mesh.ItemStream;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * A stream of what is offered to it: what its reader does not take waits, up to a bound.
 *
 * <p>Everything happens on the context that made it, but {@link #offer}, which any thread may call.
 */
final class Outlet<T> implements ItemStream<T> {
  private final Context context;
  private final int most;
  private final Runnable closed;
  private final Deque<T> waiting = new ArrayDeque<>();
  private @Nullable Handler<T> handler;
  private @Nullable Handler<Void> endHandler;
  private long demand = Long.MAX_VALUE;
  private boolean draining;
  private boolean over;

  /**
   * Creates a stream.
   *
   * @param most how many items wait at most; further ones are refused
   * @param closed is told, once, when nobody reads any more
   */
  Outlet(Context context, int most, Runnable closed) {
    this.context = context;
    this.most = most;
    this.closed = closed;
  }

  /** Gives an item to the reader when he takes it; it is dropped when too many wait. */
  void offer(T item) {
    context.runOnContext(here -> offerHere(item));
  }

  /** Does so on the context. */
  void offerHere(T item) {
    if (roomy()) {
      waiting.add(item);
      drain();
    }
  }

  /** Returns whether one more item may wait. On the context. */
  boolean roomy() {
    return !over && waiting.size() < most;
  }

  private void drain() {
    if (draining) {
      return;
    }
    draining = true;
    while (!over && handler != null && demand > 0 && !waiting.isEmpty()) {
      if (demand != Long.MAX_VALUE) {
        demand--;
      }
      handler.handle(waiting.removeFirst());
    }
    draining = false;
  }

  @Override
  public void cancel() {
    if (!over) {
      over = true;
      waiting.clear();
      closed.run();
      if (endHandler != null) {
        endHandler.handle(null);
      }
    }
  }

  @Override
  public Outlet<T> handler(@Nullable Handler<T> handler) {
    this.handler = handler;
    drain();
    return this;
  }

  @Override
  public Outlet<T> pause() {
    demand = 0;
    return this;
  }

  @Override
  public Outlet<T> resume() {
    return fetch(Long.MAX_VALUE);
  }

  @Override
  public Outlet<T> fetch(long amount) {
    demand = demand + amount < 0 ? Long.MAX_VALUE : demand + amount;
    drain();
    return this;
  }

  @Override
  public Outlet<T> exceptionHandler(@Nullable Handler<Throwable> handler) {
    return this; // Nothing can go wrong in it.
  }

  @Override
  public Outlet<T> endHandler(@Nullable Handler<Void> handler) {
    endHandler = handler;
    return this;
  }
}
