package io.weft.mesh.bus;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.weft.mesh.MeshLimits;
import io.weft.mesh.time.VirtualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("alone")
class StandstillTest {
  private static final Duration PAUSE = Duration.ofSeconds(30);

  private final VirtualTime time = new VirtualTime(1);
  private final Standstill standstill = new Standstill(time);

  @Test
  void whatIsReadByAnEventLoopThatRunsHasNotWaited() {
    for (int i = 0; i < 100; i++) {
      time.advance(MeshLimits.STANDSTILL_TICK);
      assertEquals(0, standstill.waitedNanos());
      standstill.tick();
    }
  }

  @Test
  void aTimerThatIsALittleLateIsNoStandstill() {
    time.advance(MeshLimits.STANDSTILL_TICK.plus(MeshLimits.STANDSTILL_NOTICED).minusNanos(1));
    assertEquals(0, standstill.waitedNanos());
    standstill.tick();
    assertEquals(0, standstill.waitedNanos());
  }

  @Test
  void whatIsReadRightAfterAStandstillMayHaveWaitedForAllOfIt() {
    time.advance(PAUSE);

    assertEquals(PAUSE.toNanos(), standstill.waitedNanos(), "before the timer's turn");
    standstill.tick();
    assertEquals(PAUSE.toNanos(), standstill.waitedNanos(), "and after it");
  }

  @Test
  void whatPassedBeforeALaneListensIsNoStandstill() {
    var lateNanos = new ArrayList<Long>();
    var made = new Standstill(time, lateNanos::add);
    time.advance(PAUSE);

    made.begin();
    time.advance(MeshLimits.STANDSTILL_TICK);
    made.tick();

    assertEquals(List.of(0L), lateNanos);
    assertEquals(0, made.waitedNanos());
  }

  @Test
  void aWhileLaterEverythingHasBeenReadThatWaited() {
    time.advance(PAUSE);
    standstill.tick();

    for (long passed = 0;
        passed < MeshLimits.STANDSTILL_READ.toNanos();
        passed += MeshLimits.STANDSTILL_TICK.toNanos()) {
      time.advance(MeshLimits.STANDSTILL_TICK);
      standstill.tick();
    }

    assertEquals(0, standstill.waitedNanos());
  }
}
