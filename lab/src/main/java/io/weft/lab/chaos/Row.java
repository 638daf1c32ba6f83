package io.weft.lab.chaos;

import java.util.List;

/** A fault that is done to nodes under load. */
@FunctionalInterface
interface Row {
  /**
   * Does the fault, again and again, and says what it cost. Blocks.
   *
   * @throws io.weft.lab.LabException if it could not be done
   */
  List<Result> run(Plan plan);
}
