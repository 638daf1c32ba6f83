package io.weft.lab.chaos;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonObject;
import io.weft.lab.LabException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The command line, and how results are told. */
class MainTest {
  @Test
  void whatIsNotSaidIsAsTheRowHasIt() {
    var request = request("pair");

    assertEquals(1, request.rows().size());
    assertEquals(50, request.plan().roundsOr(ChaosLimits.PAIR_ROUNDS));
    assertEquals(0, request.plan().rate());
  }

  @Test
  void everythingCanBeChosen() {
    var request =
        request(
            "pause", "--rounds", "3", "--seconds=9", "--rate", "700", "--seed", "4", "--json", "f");

    assertEquals(3, request.plan().roundsOr(1));
    assertEquals(9, request.plan().secondsOr(30));
    assertEquals(700, request.plan().rate());
    assertEquals(4, request.plan().seed());
    assertEquals(Path.of("f"), request.json());
  }

  @Test
  void killAndDrainAreDoneOverTheMeshAndOverHttp() {
    assertEquals(2, request("kill").rows().size());
    assertTrue(request("kill", "--over", "mesh").rows().get(0).get() instanceof KillRow);
    assertTrue(request("drain", "--over", "http").rows().get(0).get() instanceof HttpRow);
  }

  @Test
  void ordersAreKilledAtOverHttpOnlyForSoManyCycles() {
    var request = request("orders", "--cycles", "20");

    assertEquals(1, request.rows().size());
    assertTrue(request.rows().get(0).get() instanceof OrdersRow);
    assertEquals(20, request.plan().roundsOr(ChaosLimits.ORDER_CYCLES));
  }

  @Test
  void nodesAreScaledOverHttpOnly() {
    var request = request("scale", "--rounds", "1");

    assertTrue(request.rows().get(0).get() instanceof ScaleRow);
    assertRefused("--over mesh: scale is done over http only", "scale", "--over", "mesh");
  }

  @Test
  void whatAutomaticScalingSaysTellsWhetherItAdds() {
    assertTrue(ScaleRow.adds("autoscale orders: 9 -> 12: 50.0 calls in flight"));
    assertFalse(ScaleRow.adds("autoscale orders: 12 -> 9: 1.0 calls in flight"));
    assertFalse(ScaleRow.adds("autoscale orders: 2 -> 1; the floor is 1"));
  }

  @Test
  void whatCannotBeRunIsRefusedWithWhatWasExpected() {
    assertRefused("\"maim\" (expected: one of [drain, expired,", "maim");
    assertRefused("--rounds: 0 (expected: 1 to 10000)", "kill", "--rounds", "0");
    assertRefused("--seconds: 3601 (expected: 1 to 3600)", "pause", "--seconds", "3601");
    assertRefused("--over: \"tcp\" (expected: mesh or http)", "kill", "--over", "tcp");
    assertRefused("--over http: pause is done over the mesh only", "pause", "--over", "http");
    assertRefused("--over mesh: orders is done over http only", "orders", "--over", "mesh");
    assertRefused("see scripts/chaos.sh --help", "kill", "--fast");
  }

  @Test
  void aTargetIsMetUpToItsLimitAndMissedBeyond() {
    assertTrue(Result.within(1, "it", 100, 100, "").met());
    assertFalse(Result.within(1, "it", 100, 101, "").met());
    assertTrue(Result.none(1, "it", 0, "").met());
    assertFalse(Result.none(1, "it", 1, "").met());
  }

  @Test
  void aMissedTargetIsToldAsMissed() {
    var text = new StringWriter();

    Main.print(List.of(Result.none(3, "calls failed", 2, " of 9")), new PrintWriter(text, true));

    assertTrue(text.toString().contains("2 of 9    MISSED"), text.toString());
    var json = new JsonObject(Result.none(3, "calls failed", 2, " of 9").json());
    assertEquals(
        Map.of("row", 3, "what", "calls failed", "target", "0", "measured", "2 of 9", "met", false),
        json.getMap());
  }

  private static Main.Request request(String... arguments) {
    return Main.request(new PrintWriter(new StringWriter()), arguments);
  }

  private static void assertRefused(String message, String... arguments) {
    var refused = assertThrows(LabException.class, () -> request(arguments));
    assertTrue(String.valueOf(refused.getMessage()).contains(message), refused.getMessage());
  }
}
