package io.weft.mesh.balance;

/** How many requests wait for answers of several endpoints together. For one event loop. */
public final class Tally {
  private int inFlight;

  /** Takes note of a request that was sent. */
  public void started() {
    inFlight++;
  }

  /** Takes note of a request that was answered. */
  public void finished() {
    inFlight--;
  }

  /** Returns how many requests wait. */
  public int inFlight() {
    return inFlight;
  }
}
