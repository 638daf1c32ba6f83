package io.weft.lab.order;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.weft.lab.LabException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The command line of the order benchmark. */
class MainTest {
  @Test
  void whatIsNotSaidIsAsTheBenchmarkHasIt() {
    assertEquals(new Bench.Plan(1, 64, 10, 3), Main.request().plan());
  }

  @Test
  void everythingCanBeChosen() {
    var request =
        Main.request(
            "--nodes", "3", "--connections=200", "--seconds", "4", "--rounds", "2", "--json", "f");

    assertEquals(new Bench.Plan(3, 200, 4, 2), request.plan());
    assertEquals(Path.of("f"), request.json());
  }

  @Test
  void whatCannotBeMeasuredIsRefusedWithWhatWasExpected() {
    assertRefused("--nodes: 0 (expected: 1 to 3)", "--nodes", "0");
    assertRefused("--connections: 5000 (expected: 1 to 1024)", "--connections", "5000");
    assertRefused("--rounds: -1 (expected: 1 to 100)", "--rounds=-1");
    assertRefused("see scripts/bench.sh --help", "--fast");
  }

  private static void assertRefused(String message, String... arguments) {
    var refused = assertThrows(LabException.class, () -> Main.request(arguments));
    assertTrue(String.valueOf(refused.getMessage()).contains(message), refused.getMessage());
  }
}
