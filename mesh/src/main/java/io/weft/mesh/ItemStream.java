package io.weft.mesh;

import io.vertx.core.streams.ReadStream;

/**
 * A stream of items from a service.
 *
 * <p>Items wait until a handler is set. A reader that pauses, or is slow, slows the writer: no more
 * than {@link MeshLimits#STREAM_WINDOW_ITEMS} items are on their way or wait here. Handlers are
 * called on the context that opened the stream. A failure, always a {@link MeshFailure}, is the
 * last that is told; it may be told after items have come, and a stream opened anew begins from its
 * start.
 *
 * @param <T> the type of items
 */
public interface ItemStream<T> extends ReadStream<T> {
  /** Says that no more items are wanted; the writer is told, and no handler is called any more. */
  void cancel();
}
