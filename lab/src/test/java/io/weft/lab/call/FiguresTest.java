package io.weft.lab.call;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

/** The figures of several rounds. */
class FiguresTest {
  @Test
  void eachFigureIsTheMedianOfItsOwnAndErrorsAreAddedUp() {
    var figures =
        Figures.of(
            "weft",
            64,
            List.of(round(300, 10, 1_000, 0), round(100, 30, 3_000, 2), round(200, 20, 2_000, 1)));

    assertEquals(new Figures("weft", 64, 200, 20, 40, 60, 20, 40, 3), figures);
  }

  @Test
  void ofAnEvenNumberOfRoundsTheMiddleTwoAreAveraged() {
    var figures =
        Figures.of("weft", 64, List.of(round(100, 10, 1_000, 0), round(200, 20, 2_000, 0)));

    assertEquals(150, figures.rps());
    assertEquals(15, figures.p50Micros());
  }

  @Test
  void aRoundWithoutAnAnswerHasNoBytesPerCall() {
    var silent = new Figures.Round(new Measure(1, 0, 0, 0, 0, 0, 5, "no"), 1_000, 1_000);

    assertEquals(
        new Figures("weft", 1, 0, 0, 0, 0, 0, 0, 5), Figures.of("weft", 1, List.of(silent)));
  }

  @Test
  void aLineOfJsonHasTheseFieldsAndNoOther() {
    assertEquals(
        "{\"bench\":\"call\",\"system\":\"bare-1loop\",\"concurrency\":256,\"rps\":1234.6,"
            + "\"p50_us\":1.5,\"p99_us\":2.0,\"p999_us\":3.3,\"errors\":0,\"alloc_bytes\":300.0}",
        new Figures("bare-1loop", 256, 1_234.56, 1.49, 2, 3.333, 100, 200, 0).toJson().encode());
  }

  private static Figures.Round round(double rps, double micros, long bytes, long errors) {
    var measure = new Measure(64, rps, micros, 2 * micros, 3 * micros, 100, errors, null);
    return new Figures.Round(measure, bytes, 2 * bytes);
  }
}
