package io.weft.lab.chaos;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.PoolOptions;
import io.weft.lab.chaos.Customers.Customer;
import io.weft.mesh.time.Time;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Readers of the events of some customers, a few at a time: of every so many customers one is
 * followed, and the oldest reader ends when there would be too many. For one event loop.
 */
final class EventReaders {
  private final HttpClient client;
  private final Time time;
  private final List<Integer> ports;
  private final String token;
  private final Deque<EventReader> reading = new ArrayDeque<>();
  private final List<EventReader> ended = new ArrayList<>();
  private int customers;

  EventReaders(Vertx vertx, Time time, List<Integer> ports, String token) {
    this.token = token;
    this.time = time;
    this.ports = ports;
    client =
        vertx.createHttpClient(
            new HttpClientOptions()
                .setConnectTimeout((int) ChaosLimits.HTTP_TIMEOUT.toMillis())
                .setIdleTimeout((int) ChaosLimits.READER_SILENCE_MAX.toSeconds())
                .setKeepAlive(false),
            new PoolOptions().setHttp1MaxSize(ChaosLimits.READERS));
  }

  /** Follows some of the customers that have come since the last look. */
  void follow(List<Customer> all) {
    for (; customers < all.size(); customers++) {
      if (customers % ChaosLimits.READER_ONE_IN == 0) {
        all.get(customers).id().onSuccess(this::begin);
      }
    }
  }

  private void begin(String user) {
    if (reading.size() == ChaosLimits.READERS) {
      var oldest = reading.remove();
      oldest.stop();
      ended.add(oldest);
    }
    var reader = new EventReader(client, time, ports, user, token);
    reading.add(reader);
    reader.start();
  }

  /** Ends them all, once what they saw has been compared. */
  void stop() {
    reading.forEach(EventReader::stop);
  }

  /** Returns those that still read, and thus have to see everything in the end. */
  List<EventReader> reading() {
    return List.copyOf(reading);
  }

  /** Returns those that read no more, and thus have to have seen all up to some event. */
  List<EventReader> ended() {
    return ended;
  }

  /** Returns how often all of them have connected. */
  long connections() {
    return reading.stream().mapToLong(EventReader::connections).sum()
        + ended.stream().mapToLong(EventReader::connections).sum();
  }
}
