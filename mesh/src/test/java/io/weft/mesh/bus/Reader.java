package io.weft.mesh.bus;

import static io.weft.mesh.bus.Await.await;
import static io.weft.mesh.bus.Await.failureOf;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.weft.mesh.ItemStream;
import io.weft.mesh.bus.Numbers.Count;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;

/** What came out of a stream. */
final class Reader {
  private final ItemStream<Count> stream;
  private final AtomicLong count = new AtomicLong();
  private final List<String> disorder = new CopyOnWriteArrayList<>();
  private final Promise<Void> end = Promise.promise();

  /** Begins to read, in the order in which people write it: what comes first is named first. */
  Reader(ItemStream<Count> stream) {
    this.stream = stream;
    stream.handler(this::took).endHandler(end::tryComplete).exceptionHandler(end::tryFail);
  }

  private void took(Count number) {
    long expected = count.getAndIncrement();
    if (number.value() != expected) {
      disorder.add(number.value() + " (expected: " + expected + ")");
    }
  }

  ItemStream<Count> stream() {
    return stream;
  }

  /** Returns how many items have come, which must have been in order. */
  long count() {
    if (!disorder.isEmpty()) {
      throw new AssertionError(disorder);
    }
    return count.get();
  }

  Future<Void> end() {
    return end.future();
  }

  boolean over() {
    return end.future().isComplete();
  }

  /** Waits for the end, and returns how many items came before it. */
  long ended() throws ExecutionException, InterruptedException, TimeoutException {
    await(end.future());
    return count();
  }

  Throwable failed() throws InterruptedException, TimeoutException {
    return failureOf(end.future());
  }

  /** Returns the reader of a stream that is being opened. */
  static Reader of(Future<ItemStream<Count>> opening)
      throws ExecutionException, InterruptedException, TimeoutException {
    return await(opening.map(Reader::new));
  }

  /** Returns the reader of a stream that is being opened, which takes nothing by itself. */
  static Reader paused(Future<ItemStream<Count>> opening)
      throws ExecutionException, InterruptedException, TimeoutException {
    return await(
        opening.map(
            stream -> {
              stream.pause();
              return new Reader(stream);
            }));
  }
}
