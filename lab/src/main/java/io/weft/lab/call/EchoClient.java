package io.weft.lab.call;

import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import io.weft.lab.Said;
import io.weft.lab.Say;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The calling side of one system. */
interface EchoClient {
  /**
   * Gets ready to call.
   *
   * @param address what the server said of itself
   */
  Future<Void> connect(JsonObject address);

  /**
   * Calls once. Called on {@link #execute} or from {@link Done#done}. A reply never arrives before
   * this returns; a failure may.
   */
  void call(Say request, Done done);

  /** Runs a task where calls are made, and not before this returns. */
  void execute(Runnable task);

  /** Returns the configurations that are tried out in the warm-up; the fastest is measured. */
  default List<String> variants() {
    return List.of("");
  }

  /** Changes to a configuration; called when no call is outstanding. */
  default void use(String variant) {}

  /** Is told once what became of a call. */
  @FunctionalInterface
  interface Done {
    /** Takes the reply, or else the failure; exactly one of them is not null. */
    void done(@Nullable Said reply, @Nullable Throwable failure);
  }
}
