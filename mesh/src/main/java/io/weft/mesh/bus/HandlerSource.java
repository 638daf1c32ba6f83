package io.weft.mesh.bus;

import io.vertx.core.internal.ContextInternal;
import io.vertx.core.streams.ReadStream;
import io.weft.mesh.Cancellation;
import io.weft.mesh.Codec;
import io.weft.mesh.ItemSource;
import io.weft.mesh.ItemStream;
import io.weft.mesh.MeshFailure;
import io.weft.mesh.Payload;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The items of a stream that a handler of this node returned.
 *
 * <p>The stream flows while there is credit and is paused while there is none. Its state belongs to
 * the context on which the handler ran, and its sink is called there.
 */
final class HandlerSource<T> implements ItemSource {
  private final ReadStream<T> stream;
  private final ContextInternal context;
  private final Codec<T> codec;
  private final Cancellation cancellation;
  private final Function<Throwable, MeshFailure> failures;
  private final Consumer<HandlerSource<T>> closed;
  private @Nullable Sink sink;
  private @Nullable MeshFailure stopped;
  private long credit;
  private boolean over;

  /**
   * Takes a stream over; it is paused from now on.
   *
   * @param context where the handler ran; the constructor is called there too
   * @param cancellation told when the reader wants no more
   * @param failures what is told of a failure of the stream
   * @param closed told when no more items come, whatever the reason
   */
  HandlerSource(
      ReadStream<T> stream,
      ContextInternal context,
      Codec<T> codec,
      Cancellation cancellation,
      Function<Throwable, MeshFailure> failures,
      Consumer<HandlerSource<T>> closed) {
    this.stream = stream;
    this.context = context;
    this.codec = codec;
    this.cancellation = cancellation;
    this.failures = failures;
    this.closed = closed;
    stream.pause();
  }

  @Override
  public void start(Sink sink) {
    context.emit(
        ignored -> {
          this.sink = sink;
          if (stopped != null) {
            sink.failed(stopped);
            return;
          }
          stream.exceptionHandler(failure -> stop(failures.apply(failure)));
          stream.endHandler(end -> end(sink));
          stream.handler(item -> item(sink, item));
        });
  }

  private void item(Sink to, T item) {
    if (over) {
      return;
    }
    if (--credit <= 0) {
      stream.pause();
    }
    to.item(Payload.of(item, codec));
  }

  private void end(Sink to) {
    if (!over) {
      close();
      to.ended();
    }
  }

  /** Ends the stream with a failure. From any thread. */
  void stop(MeshFailure failure) {
    context.emit(
        ignored -> {
          if (over) {
            return;
          }
          close();
          stopped = failure;
          letGo();
          if (sink != null) {
            sink.failed(failure);
          }
        });
  }

  private void close() {
    over = true;
    closed.accept(this);
  }

  /** Tells whoever writes the items that nobody reads them. */
  private void letGo() {
    if (stream instanceof ItemStream<T> ours) {
      ours.cancel();
    } else {
      stream.pause();
    }
    cancellation.cancel();
  }

  @Override
  public void credit(int items) {
    context.emit(
        ignored -> {
          boolean dry = credit <= 0;
          credit += items;
          if (dry && credit > 0 && !over) {
            stream.resume();
          }
        });
  }

  @Override
  public void cancel() {
    context.emit(
        ignored -> {
          if (over) {
            return;
          }
          close();
          letGo();
        });
  }
}
