package io.weft.lab.sim;

/** x. */
public final class Main {
  private Main() {}

  /** Runs. */
  public static void main(String[] arguments) {
    long from = Long.parseLong(arguments[0]);
    long to = Long.parseLong(arguments[1]);
    int bad = 0;
    for (long seed = from; seed < to; seed++) {
      var result =
          Simulation.run(seed, new Parts(), arguments.length > 2 ? System.out::println : null);
      if (result.violation() != null) {
        bad++;
      }
      if (arguments.length > 2 || result.violation() != null) {
        result.lines().stream()
            .skip(Math.max(0, result.lines().size() - (arguments.length > 2 ? 70 : 2)))
            .forEach(System.out::println);
        if (arguments.length > 2
            && result.violation() != null
            && result.violation().getCause() != null) {
          result.violation().getCause().printStackTrace();
        }
      }
    }
    System.out.println(bad + " bad");
  }
}
