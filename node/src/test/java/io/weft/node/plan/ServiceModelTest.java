package io.weft.node.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Scale;
import org.junit.jupiter.api.Test;

/** Models that are fitted to measurements, and what they promise. */
class ServiceModelTest {
  @Test
  void theQueueThatWasMeasuredIsFoundAgain() {
    var measured =
        List.of(
            simulated(1, 2, 150, 0.02, 4),
            simulated(2, 2, 300, 0.02, 4),
            simulated(3, 1, 120, 0.02, 4));
    var model = ServiceModel.fit(measured).orElseThrow();
    assertEquals(0.02, model.serviceSeconds(), 0.02 * 0.1, model.toString());
    assertEquals(1, model.tail(), 0.1, model.toString());
    assertTrue(Math.abs(model.serversPerInstance() - 4) <= 1, model.toString());
  }

  @Test
  void whatIsPredictedForOtherLoadsIsWithinAQuarterOfWhatASimulationShows() {
    var model =
        ServiceModel.fit(List.of(simulated(4, 2, 240, 0.02, 4), simulated(5, 2, 340, 0.02, 4)))
            .orElseThrow();
    for (int instances : new int[] {1, 2, 3, 4}) {
      for (double use : new double[] {0.3, 0.6, 0.8}) {
        double perSecond = use * 4 * instances / 0.02;
        var simulated = SimulatedQueue.run(6, perSecond, 0.02, 4 * instances, 400_000);
        double predicted = model.responseSeconds(0.99, perSecond, instances);
        assertEquals(
            1,
            predicted / simulated.secondsAt(0.99),
            0.25,
            instances + " instances, use " + use + ", " + model);
      }
    }
  }

  @Test
  void whereNothingWaitsTheLeastIsPromised() {
    // One call in five seconds: how many could be served at a time does not show.
    var idle = new ErlangC(0.2, 0.05, 8);
    var model =
        ServiceModel.fit(
                List.of(
                    new Measured(
                        "n1", 1, 0.2, idle.meanResponseSeconds(), idle.responseSeconds(0.99), 0)))
            .orElseThrow();
    assertEquals(1, model.serversPerInstance(), model.toString());
    assertEquals(0.05, model.serviceSeconds(), 0.005);
  }

  @Test
  void noMoreAreServedAtATimeThanAdmissionLetsRun() {
    // Seven at a time, of which hardly any waits: more would explain it as well.
    var calm = new ErlangC(240, 0.04, 14);
    var measured =
        new Measured(
            "n1", 2, 240, calm.meanResponseSeconds(), calm.responseSeconds(0.99) * 0.97, 7);
    assertTrue(ServiceModel.fit(List.of(measured)).orElseThrow().serversPerInstance() <= 7);
  }

  @Test
  void whatAdmissionLetsRunIsTakenThoughItIsNoRoundNumber() {
    var measured = List.of(admitting(59, 700), admitting(59, 1_150));
    assertEquals(59, ServiceModel.fit(measured).orElseThrow().serversPerInstance());
  }

  /** Two instances that serve as many at a time as they may, 0.1 s each, as they are predicted. */
  private static Measured admitting(int atATime, double perSecond) {
    var queue = new ErlangC(perSecond, 0.1, 2 * atATime);
    return new Measured(
        "n1", 2, perSecond, queue.meanResponseSeconds(), queue.responseSeconds(0.99), atATime);
  }

  @Test
  void timesThatDifferLessThanByChanceKeepTheirShorterTail() {
    var model = ServiceModel.fit(List.of(new Measured("n1", 1, 1, 0.010, 0.015, 0))).orElseThrow();
    assertEquals(0.01, model.serviceSeconds(), 0.0005, model.toString());
    assertEquals(0.015, model.responseSeconds(0.99, 1, 1), 1e-6);
    assertTrue(model.tail() < 1, model.toString());
  }

  @Test
  void whereNothingWasServedThereIsNoModel() {
    assertEquals(Optional.empty(), ServiceModel.fit(List.of()));
    assertEquals(
        Optional.empty(),
        ServiceModel.fit(
            List.of(
                new Measured("n1", 0, 10, 0.01, 0.02, 0),
                new Measured("n2", 1, 0, 0, 0, 0),
                new Measured("n3", 1, 10, 0.02, 0, 0))));
  }

  @Test
  void aTargetBelowWhatOneCallTakesIsHeldByNoNumber() {
    var model = new ServiceModel(0.02, 4, 1);
    assertEquals(OptionalInt.empty(), model.instancesFor(1, 0.99, 0.05, 1_000));
    assertEquals(OptionalInt.empty(), model.instancesFor(1_000, 0.99, 0.5, 4));
    assertEquals(OptionalInt.empty(), model.instancesFor(1, 0.99, 0.5, 0));
    assertEquals(OptionalInt.of(1), model.instancesFor(0, 0.99, 0.5, 4));
  }

  @Property(tries = 300, seed = "9")
  void theFewestInstancesHoldTheTargetAndOneLessDoesNot(
      @ForAll @DoubleRange(min = 0, max = 20_000) @Scale(4) double perSecond,
      @ForAll @DoubleRange(min = 0.001, max = 0.1) @Scale(4) double serviceSeconds,
      @ForAll @IntRange(min = 1, max = 64) int servers,
      @ForAll @DoubleRange(min = 1, max = 20) @Scale(4) double target) {
    var model = new ServiceModel(serviceSeconds, servers, 1);
    double targetSeconds = target * serviceSeconds;
    var fewest = model.instancesFor(perSecond, 0.99, targetSeconds, 200);
    if (fewest.isEmpty()) {
      assertTrue(model.responseSeconds(0.99, perSecond, 200) > targetSeconds);
      return;
    }
    int instances = fewest.getAsInt();
    assertTrue(model.responseSeconds(0.99, perSecond, instances) <= targetSeconds);
    assertTrue(
        instances == 1 || model.responseSeconds(0.99, perSecond, instances - 1) > targetSeconds);
  }

  private static Measured simulated(
      long seed, int instances, double perSecond, double serviceSeconds, int servers) {
    var queue = SimulatedQueue.run(seed, perSecond, serviceSeconds, servers * instances, 300_000);
    return new Measured(
        "n" + seed, instances, perSecond, queue.meanSeconds(), queue.secondsAt(0.99), 0);
  }
}
