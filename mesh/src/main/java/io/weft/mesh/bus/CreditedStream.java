package io.weft.mesh.bus;

import io.vertx.core.Handler;
import io.vertx.core.internal.ContextInternal;
import io.weft.mesh.Cancellation;
import io.weft.mesh.Codec;
import io.weft.mesh.ItemSource;
import io.weft.mesh.ItemStream;
import io.weft.mesh.MeshFailure;
import io.weft.mesh.MeshFailure.Unknown;
import io.weft.mesh.MeshLimits;
import io.weft.mesh.Payload;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * A stream of items as its reader sees it.
 *
 * <p>Credit is given for as many items as fit in the window, and anew for each half of it that the
 * reader has taken. State and handlers belong to the reader's context.
 */
final class CreditedStream<T> implements ItemStream<T>, ItemSource.Sink {
  private static final int CREDIT_STEP = MeshLimits.STREAM_WINDOW_ITEMS / 2;

  private final ContextInternal context;
  private final ItemSource source;
  private final Codec<T> codec;
  private final String operation;
  private final Runnable unlisten;
  private final ArrayDeque<Payload> waiting = new ArrayDeque<>();
  private @Nullable Handler<T> handler;
  private @Nullable Handler<Void> endHandler;
  private @Nullable Handler<Throwable> exceptionHandler;
  private @Nullable MeshFailure failure;
  private long demand = Long.MAX_VALUE;
  private int taken;
  private boolean ended;
  private boolean over;
  private boolean delivering;

  /**
   * Begins to read; called on the reader's context.
   *
   * @param cancellation of the call that opened the stream; cancels the stream as well
   */
  CreditedStream(
      ContextInternal context,
      ItemSource source,
      Codec<T> codec,
      String operation,
      Cancellation cancellation) {
    this.context = context;
    this.source = source;
    this.codec = codec;
    this.operation = operation;
    unlisten = cancellation.onCancel(() -> context.emit(ignored -> cancel()));
    source.start(this);
    source.credit(MeshLimits.STREAM_WINDOW_ITEMS);
  }

  @Override
  public void item(Payload item) {
    context.emit(
        ignored -> {
          waiting.add(item);
          deliver();
        });
  }

  @Override
  public void ended() {
    context.emit(
        ignored -> {
          ended = true;
          deliver();
        });
  }

  @Override
  public void failed(MeshFailure cause) {
    context.emit(
        ignored -> {
          failure = cause;
          deliver();
        });
  }

  @Override
  public ItemStream<T> handler(@Nullable Handler<T> handler) {
    this.handler = handler;
    if (handler != null) {
      context.emit(ignored -> deliver());
    }
    return this;
  }

  @Override
  public ItemStream<T> endHandler(@Nullable Handler<Void> endHandler) {
    this.endHandler = endHandler;
    return this;
  }

  @Override
  public ItemStream<T> exceptionHandler(@Nullable Handler<Throwable> exceptionHandler) {
    this.exceptionHandler = exceptionHandler;
    return this;
  }

  @Override
  public ItemStream<T> pause() {
    demand = 0;
    return this;
  }

  @Override
  public ItemStream<T> resume() {
    return fetch(Long.MAX_VALUE);
  }

  @Override
  public ItemStream<T> fetch(long amount) {
    if (amount < 0) {
      throw new IllegalArgumentException("fetch of " + amount + " items (expected: 0 or more)");
    }
    demand = demand + amount < 0 ? Long.MAX_VALUE : demand + amount;
    context.emit(ignored -> deliver());
    return this;
  }

  @Override
  public void cancel() {
    if (!over) {
      close();
      waiting.clear();
      source.cancel();
    }
  }

  /** Hands on what may be handed on; handlers may come back here, and find it under way. */
  private void deliver() {
    if (delivering) {
      return;
    }
    delivering = true;
    try {
      while (!over && demand > 0 && handler != null && !waiting.isEmpty()) {
        deliver(waiting.remove(), handler);
      }
    } finally {
      delivering = false;
    }
    finish();
  }

  private void deliver(Payload payload, Handler<T> to) {
    T item;
    try {
      item = payload.as(codec);
    } catch (MeshFailure e) {
      source.cancel();
      waiting.clear();
      failure = new Unknown("an item of " + operation + " cannot be read", e);
      return;
    }
    if (demand != Long.MAX_VALUE) {
      demand--;
    }
    if (++taken == CREDIT_STEP) {
      taken = 0;
      source.credit(CREDIT_STEP);
    }
    to.handle(item);
  }

  /** The end comes after the last item, and only to a reader that reads. */
  private void finish() {
    if (over || handler == null || !waiting.isEmpty()) {
      return;
    }
    if (failure != null) {
      close();
      if (exceptionHandler != null) {
        exceptionHandler.handle(failure);
      }
    } else if (ended) {
      close();
      if (endHandler != null) {
        endHandler.handle(null);
      }
    }
  }

  private void close() {
    over = true;
    unlisten.run();
  }
}
