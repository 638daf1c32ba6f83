package io.weft.mesh.bus;

import io.vertx.core.Closeable;
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
  private Runnable unlisten = () -> {};
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

  private CreditedStream(
      ContextInternal context, ItemSource source, Codec<T> codec, String operation) {
    this.context = context;
    this.source = source;
    this.codec = codec;
    this.operation = operation;
  }

  /**
   * Begins to read; called on the reader's context.
   *
   * @param cancellation of the call that opened the stream; ends the stream as well
   */
  static <T> ItemStream<T> open(
      ContextInternal context,
      ItemSource source,
      Codec<T> codec,
      String operation,
      Cancellation cancellation) {
    var stream = new CreditedStream<>(context, source, codec, operation);
    source.start(stream);
    stream.listen(cancellation);
    source.credit(MeshLimits.STREAM_WINDOW_ITEMS);
    return stream;
  }

  /** Hears when the opener is given up, and when the verticle that reads is undeployed. */
  private void listen(Cancellation cancellation) {
    var forget = cancellation.onCancel(() -> context.emit(ignored -> giveUp()));
    unlisten = forget;
    if (context.deploymentID() != null) {
      Closeable hook =
          undeployed -> {
            cancel();
            undeployed.succeed();
          };
      context.addCloseHook(hook);
      unlisten =
          () -> {
            forget.run();
            context.removeCloseHook(hook);
          };
    }
  }

  @Override
  public void item(Payload item) {
    context.emit(
        ignored -> {
          if (!closed()) {
            waiting.add(item);
            deliver();
          }
        });
  }

  @Override
  public void ended() {
    context.emit(
        ignored -> {
          ended = true;
          unlisten.run();
          finish();
        });
  }

  @Override
  public void failed(MeshFailure cause) {
    context.emit(
        ignored -> {
          if (failure == null) {
            failure = cause;
          }
          unlisten.run();
          finish();
        });
  }

  /**
   * Names who gets the items. They come in a later turn, so that the other handlers, which are
   * named in this one, miss nothing.
   */
  @Override
  public ItemStream<T> handler(@Nullable Handler<T> handler) {
    context.emit(ignored -> this.handler = handler);
    later();
    return this;
  }

  @Override
  public ItemStream<T> endHandler(@Nullable Handler<Void> endHandler) {
    context.emit(ignored -> this.endHandler = endHandler);
    later();
    return this;
  }

  @Override
  public ItemStream<T> exceptionHandler(@Nullable Handler<Throwable> exceptionHandler) {
    context.emit(ignored -> this.exceptionHandler = exceptionHandler);
    later();
    return this;
  }

  private void later() {
    context.runOnContext(turn -> deliver());
  }

  @Override
  public ItemStream<T> pause() {
    context.emit(ignored -> demand = 0);
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
    context.emit(
        ignored -> {
          demand = demand + amount < 0 ? Long.MAX_VALUE : demand + amount;
          deliver();
        });
    return this;
  }

  @Override
  public void cancel() {
    context.emit(
        ignored -> {
          if (!over) {
            close();
            stop();
          }
        });
  }

  /** Ends the stream because its opener was given up; who reads it may wait for its end. */
  private void giveUp() {
    if (!over && failure == null && !ended) {
      failure = new Unknown("the stream of " + operation + " was given up by whoever opened it");
      stop();
      finish();
    }
  }

  private void stop() {
    waiting.clear();
    source.cancel();
  }

  /** Returns whether items that still come are of no use. */
  private boolean closed() {
    return over || failure != null;
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
    } catch (RuntimeException e) { // Of a codec of the operation's own, anything.
      failure = new Unknown("an item of " + operation + " cannot be read", e);
      stop();
      return;
    }
    if (demand != Long.MAX_VALUE) {
      demand--;
    }
    if (++taken == CREDIT_STEP) {
      taken = 0;
      source.credit(CREDIT_STEP);
    }
    context.dispatch(item, to); // What it throws is reported, and stops nothing.
  }

  /** The end comes after the last item, once somebody is there to be told. */
  private void finish() {
    if (over || delivering || !waiting.isEmpty()) {
      return;
    }
    if (failure != null && exceptionHandler != null) {
      close();
      context.dispatch(failure, exceptionHandler);
    } else if (failure == null && ended && endHandler != null) {
      close();
      context.dispatch(null, endHandler);
    }
  }

  private void close() {
    over = true;
    unlisten.run();
  }
}
