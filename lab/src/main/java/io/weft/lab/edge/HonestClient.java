package io.weft.lab.edge;

import io.weft.lab.Patience;
import io.weft.lab.Ports;
import io.weft.mesh.time.Ticker;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;

/** A client that asks at a steady pace whether the node lives, on a thread of its own. */
final class HonestClient implements AutoCloseable {
  private static final int OK = 200;

  private final Ticker ticker = Ticker.system();
  private final HttpClient client =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(EdgeLimits.HONEST_TIMEOUT)
          .build();
  private final HttpRequest request;
  private final Thread thread = new Thread(this::run, "honest");
  private volatile boolean over;
  private List<Long> tookNanos = new ArrayList<>();
  private int failed;

  /** What became of the requests since the last look. */
  record Felt(int answered, int failed, double slowestMillis) {}

  /**
   * Begins to ask.
   *
   * @param token of an operator
   */
  HonestClient(int port, String token) {
    request =
        HttpRequest.newBuilder(
                URI.create("http://" + Ports.HOST + ":" + port + "/v1/users?limit=1"))
            .header("Authorization", "Bearer " + token)
            .timeout(EdgeLimits.HONEST_TIMEOUT)
            .build();
    thread.setDaemon(true);
    thread.start();
  }

  private void run() {
    while (!over) {
      long startNanos = ticker.nanos();
      boolean answered = ask();
      note(answered, ticker.nanos() - startNanos);
      Patience.pause(EdgeLimits.HONEST_INTERVAL);
    }
  }

  private boolean ask() {
    try {
      return client.send(request, BodyHandlers.discarding()).statusCode() == OK;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      over = true;
      return true;
    }
  }

  private synchronized void note(boolean answered, long nanos) {
    if (answered) {
      tookNanos.add(nanos);
    } else {
      failed++;
    }
  }

  /** Returns what was felt since the last look. */
  synchronized Felt look() {
    var felt =
        new Felt(
            tookNanos.size(),
            failed,
            tookNanos.stream().mapToLong(Long::longValue).max().orElse(0) / 1e6);
    tookNanos = new ArrayList<>();
    failed = 0;
    return felt;
  }

  @Override
  public void close() {
    over = true;
  }
}
