package io.weft.lab.link;

import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.function.IntFunction;

/** Something that is done so often, so many at a time. For one event loop. */
final class Series {
  private final int count;
  private final IntFunction<Future<?>> task;
  private int next;

  private Series(int count, IntFunction<Future<?>> task) {
    this.count = count;
    this.task = task;
  }

  /**
   * Does it; completes when all is done, and fails when one of them has failed.
   *
   * @param task takes a number, from 0
   */
  static Future<Void> of(int count, int atATime, IntFunction<Future<?>> task) {
    var series = new Series(count, task);
    var chains = new ArrayList<Future<Void>>();
    for (int i = 0; i < Math.min(count, atATime); i++) {
      chains.add(series.next());
    }
    return Future.all(chains).mapEmpty();
  }

  private Future<Void> next() {
    return next < count ? task.apply(next++).compose(done -> next()) : Future.succeededFuture();
  }
}
