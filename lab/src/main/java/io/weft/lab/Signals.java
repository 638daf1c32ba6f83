package io.weft.lab;

import java.io.IOException;

/** Signals to processes that this one has started. */
public final class Signals {
  private Signals() {}

  /**
   * Sends a signal. Blocks for the moment that this takes.
   *
   * @param signal as {@code kill} names it, such as {@code STOP}
   * @throws LabException if the process is gone
   */
  public static void send(String signal, long pid) {
    try {
      var kill = new ProcessBuilder("kill", "-" + signal, Long.toString(pid)).start();
      if (kill.waitFor() != 0) {
        throw new LabException("kill -" + signal + " " + pid + " failed");
      }
    } catch (IOException e) {
      throw new LabException("kill cannot be run: " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LabException("kill -" + signal + ": interrupted", e);
    }
  }
}
