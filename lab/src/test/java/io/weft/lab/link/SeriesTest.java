package io.weft.lab.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Something that is done so often, so many at a time. */
class SeriesTest {
  private final List<Promise<String>> begun = new ArrayList<>();

  @Test
  void noMoreAreBegunThanAtATimeAndAllAreDone() {
    var all = Series.of(5, 2, this::begin);
    assertEquals(2, begun.size());

    for (int i = 0; i < 5; i++) {
      assertFalse(all.isComplete());
      assertEquals(Math.min(5, i + 2), begun.size());
      begun.get(i).complete("done");
    }

    assertTrue(all.succeeded());
  }

  @Test
  void itFailsWhenOneOfThemDoes() {
    var all = Series.of(5, 2, this::begin);

    begun.get(1).fail("no");

    assertTrue(all.failed());
  }

  private Future<?> begin(int number) {
    assertEquals(begun.size(), number);
    Promise<String> promise = Promise.promise();
    begun.add(promise);
    return promise.future();
  }
}
