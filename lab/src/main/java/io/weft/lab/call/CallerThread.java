package io.weft.lab.call;

import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * The thread of a client that has no event loop of ours: it makes the first calls, those after
 * failures, and no other.
 */
final class CallerThread implements Executor {
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(
          task -> {
            var daemon = new Thread(task, "caller");
            daemon.setDaemon(true);
            return daemon;
          });

  @Override
  public void execute(Runnable task) {
    thread.execute(task);
  }
}
