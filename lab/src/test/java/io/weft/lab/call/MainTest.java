package io.weft.lab.call;

import static io.weft.lab.call.SystemUnderTest.BARE;
import static io.weft.lab.call.SystemUnderTest.BARE_ONE_LOOP;
import static io.weft.lab.call.SystemUnderTest.GRPC;
import static io.weft.lab.call.SystemUnderTest.WEFT;
import static io.weft.lab.call.SystemUnderTest.WEFT_UNTOLD;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.weft.lab.LabException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The command line. */
class MainTest {
  @Test
  void byDefaultTheMeshIsMeasuredAgainstTheBareBusTwice() {
    var request = Main.request();

    assertEquals(
        new Bench.Plan(List.of(BARE, BARE_ONE_LOOP, WEFT), List.of(1, 64, 256), 5, 3),
        request.plan());
    assertNull(request.json());
  }

  @Test
  void everythingCanBeChosen() {
    var request =
        Main.request(
            "--system",
            "weft,bare",
            "--concurrency",
            "8,2,8",
            "--seconds=1",
            "--rounds=2",
            "--json",
            "out.json");

    assertEquals(new Bench.Plan(List.of(BARE, WEFT), List.of(8, 2), 1, 2), request.plan());
    assertEquals(Path.of("out.json"), request.json());
  }

  @Test
  void peersComeOnTopAndThoseWithoutTheirServerAreNamed() {
    var request = Main.request("--peers");

    var systems = request.plan().systems();
    assertTrue(systems.containsAll(List.of(BARE, BARE_ONE_LOOP, WEFT, GRPC)), systems.toString());
    assertEquals(SystemUnderTest.values().length - 1, systems.size() + request.remarks().size());
  }

  @Test
  void whatTelemetryCostsIsMeasuredOnRequestOnly() {
    assertFalse(Main.request().plan().systems().contains(WEFT_UNTOLD));
    var systems = Main.request("--telemetry", "--system", "weft").plan().systems();
    assertEquals(List.of(WEFT, WEFT_UNTOLD), systems);
  }

  @Test
  void whatCannotBeMeasuredIsRefusedWithWhatWasExpected() {
    assertRefused("--seconds: 0 (expected: 1 to 600)", "--seconds", "0");
    assertRefused("--rounds: 101 (expected: 1 to 100)", "--rounds", "101");
    assertRefused("--concurrency: 0 (expected: 1 to 4096)", "--concurrency", "1,0");
    assertRefused("--system: \"envoy\" (expected: some of bare, bare-1loop", "--system", "envoy");
    assertRefused("Unknown option: '--fast': see scripts/bench.sh --help", "--fast");
    assertRefused("is not an int: see scripts/bench.sh --help", "--concurrency", "1,x");
  }

  private static void assertRefused(String message, String... arguments) {
    var refused = assertThrows(LabException.class, () -> Main.request(arguments));
    assertTrue(String.valueOf(refused.getMessage()).contains(message), refused.getMessage());
  }
}
