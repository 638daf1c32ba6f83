package io.weft.lab.chaos;

import java.io.PrintWriter;

/**
 * What a command line asks for; 0 is as the row has it by default.
 *
 * @param rounds how often the fault is done
 * @param seconds how long it lasts
 * @param rate calls per second
 * @param seed of the choice of nodes
 * @param progress where to say what goes on
 */
record Plan(int rounds, int seconds, int rate, long seed, PrintWriter progress) {
  int roundsOr(int byDefault) {
    return rounds == 0 ? byDefault : rounds;
  }

  int secondsOr(int byDefault) {
    return seconds == 0 ? byDefault : seconds;
  }

  void say(String line) {
    progress.println(line);
  }
}
