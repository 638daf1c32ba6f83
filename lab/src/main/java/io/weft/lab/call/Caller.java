package io.weft.lab.call;

import io.weft.lab.Said;
import io.weft.lab.Say;
import org.jspecify.annotations.Nullable;

/** Whoever makes the calls of a {@link Load}. */
public interface Caller {
  /**
   * Calls once. Called on {@link #execute} or from {@link Done#done}. A reply never arrives before
   * this returns; a failure may.
   */
  void call(Say request, Done done);

  /** Runs a task where calls are made, and not before this returns. */
  void execute(Runnable task);

  /** Is told once what became of a call. */
  @FunctionalInterface
  interface Done {
    /** Takes the reply, or else the failure; exactly one of them is not null. */
    void done(@Nullable Said reply, @Nullable Throwable failure);
  }
}
