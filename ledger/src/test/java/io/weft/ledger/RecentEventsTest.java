package io.weft.ledger;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.buffer.Buffer;
import io.weft.mesh.Event;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** The end of a log in memory: bounded, and without gaps. */
final class RecentEventsTest {
  private final RecentEvents recent = new RecentEvents(4, 100);

  private static Event event(long position, int bytes) {
    return new Event(position, "t.t", "a", "o", Instant.EPOCH, Buffer.buffer(new byte[bytes]));
  }

  @Test
  void theOldestMakeRoomForTheNewest() {
    for (int p = 1; p <= 6; p++) {
      recent.add(event(p, 1));
    }
    assertEquals(6, recent.last());
    assertTrue(recent.follow(2));
    assertFalse(recent.follow(1));
    assertEquals(3, recent.at(3).position());
    assertThrows(IllegalArgumentException.class, () -> recent.at(2));
    assertThrows(IllegalArgumentException.class, () -> recent.at(7));
  }

  @Test
  void largeOnesMakeMoreOfTheOldestGoButNeverTheLast() {
    recent.add(event(1, 10));
    recent.add(event(2, 10));
    recent.add(event(3, 95));
    assertFalse(recent.follow(1));
    assertEquals(3, recent.at(3).position());
    recent.add(event(4, 1_000));
    assertEquals(4, recent.at(4).position());
    assertFalse(recent.follow(2));
    recent.add(event(5, 1));
    assertFalse(recent.follow(3));
  }

  @Test
  void anEventThatLeavesAGapIsRefused() {
    recent.add(event(1, 1));
    assertThrows(IllegalArgumentException.class, () -> recent.add(event(3, 1)));
  }

  @Test
  void aRestartForgetsAllAndGoesOnElsewhere() {
    recent.add(event(1, 90));
    recent.restart(7);
    assertEquals(7, recent.last());
    assertFalse(recent.follow(6));
    assertTrue(recent.follow(7));
    recent.add(event(8, 90));
    assertEquals(8, recent.at(8).position());
  }
}
