package io.weft.mesh.bus;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.datagram.DatagramSocketOptions;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.SocketAddress;
import io.vertx.core.spi.VertxMetricsFactory;
import io.vertx.core.spi.VertxServiceProvider;
import io.vertx.core.spi.metrics.ClientMetrics;
import io.vertx.core.spi.metrics.DatagramSocketMetrics;
import io.vertx.core.spi.metrics.EventBusMetrics;
import io.vertx.core.spi.metrics.HttpClientMetrics;
import io.vertx.core.spi.metrics.HttpServerMetrics;
import io.vertx.core.spi.metrics.PoolMetrics;
import io.vertx.core.spi.metrics.TCPMetrics;
import io.vertx.core.spi.metrics.VertxMetrics;
import java.util.ServiceLoader;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Hears of every outgoing connection of a Vert.x that closes.
 *
 * <p>The event bus tells nobody when a connection of its breaks, and whoever waits for an answer to
 * what was on it would wait for its deadline. Metrics are told, though: so this stands in front of
 * the metrics that the options ask for, and passes everything on to them.
 */
final class Connections implements VertxMetricsFactory {
  /** The metrics name of a client whose connections nobody is told of. */
  static final String UNWATCHED = "weft.unwatched";

  private volatile Consumer<String> listener = address -> {};

  /**
   * Names who is told of each connection that has closed, as {@code host:port} of the other end.
   * Called on the connection's event loop.
   */
  void onClosed(Consumer<String> listener) {
    this.listener = listener;
  }

  @Override
  public VertxMetrics metrics(VertxOptions options) {
    return new Watched(configured(options));
  }

  private static VertxMetrics configured(VertxOptions options) {
    if (options.getMetricsOptions() != null && options.getMetricsOptions().isEnabled()) {
      for (var provider : ServiceLoader.load(VertxServiceProvider.class)) {
        if (provider instanceof VertxMetricsFactory factory) {
          return factory.metrics(options);
        }
      }
    }
    return new VertxMetrics() {};
  }

  /** What is measured, and the closing of connections besides. */
  private final class Watched implements VertxMetrics {
    private final VertxMetrics measured;

    Watched(VertxMetrics measured) {
      this.measured = measured;
    }

    @Override
    public @Nullable TCPMetrics<?> createNetClientMetrics(NetClientOptions options) {
      return UNWATCHED.equals(options.getMetricsName())
          ? measured.createNetClientMetrics(options)
          : watch(measured.createNetClientMetrics(options));
    }

    private <S> TCPMetrics<Open<S>> watch(@Nullable TCPMetrics<S> sockets) {
      return new Sockets<>(sockets);
    }

    @Override
    public @Nullable EventBusMetrics<?> createEventBusMetrics() {
      return measured.createEventBusMetrics();
    }

    @Override
    public @Nullable HttpServerMetrics<?, ?, ?> createHttpServerMetrics(
        HttpServerOptions options, SocketAddress localAddress) {
      return measured.createHttpServerMetrics(options, localAddress);
    }

    @Override
    public @Nullable ClientMetrics<?, ?, ?> createClientMetrics(
        SocketAddress remoteAddress, String type, String namespace) {
      return measured.createClientMetrics(remoteAddress, type, namespace);
    }

    @Override
    public @Nullable HttpClientMetrics<?, ?, ?> createHttpClientMetrics(HttpClientOptions options) {
      return measured.createHttpClientMetrics(options);
    }

    @Override
    public @Nullable TCPMetrics<?> createNetServerMetrics(
        NetServerOptions options, SocketAddress localAddress) {
      return measured.createNetServerMetrics(options, localAddress);
    }

    @Override
    public @Nullable DatagramSocketMetrics createDatagramSocketMetrics(
        DatagramSocketOptions options) {
      return measured.createDatagramSocketMetrics(options);
    }

    @Override
    public @Nullable PoolMetrics<?, ?> createPoolMetrics(String type, String name, int maxSize) {
      return measured.createPoolMetrics(type, name, maxSize);
    }

    @Override
    public void vertxCreated(Vertx vertx) {
      measured.vertxCreated(vertx);
    }

    @Override
    public boolean isMetricsEnabled() {
      return measured.isMetricsEnabled();
    }

    @Override
    public void close() {
      measured.close();
    }
  }

  /** One open connection: where it goes, and what the configured metrics know it by. */
  private record Open<S>(String address, @Nullable S known) {}

  private final class Sockets<S> implements TCPMetrics<Open<S>> {
    private final @Nullable TCPMetrics<S> measured;

    Sockets(@Nullable TCPMetrics<S> measured) {
      this.measured = measured;
    }

    @Override
    public Open<S> connected(SocketAddress remoteAddress, String remoteName) {
      // By name, as it was given, because that is how nodes publish their address.
      return new Open<>(
          remoteName + ":" + remoteAddress.port(),
          measured == null ? null : measured.connected(remoteAddress, remoteName));
    }

    @Override
    public void disconnected(Open<S> socket, SocketAddress remoteAddress) {
      if (measured != null) {
        measured.disconnected(socket.known, remoteAddress);
      }
      listener.accept(socket.address);
    }

    @Override
    public void bytesRead(Open<S> socket, SocketAddress remoteAddress, long numberOfBytes) {
      if (measured != null) {
        measured.bytesRead(socket.known, remoteAddress, numberOfBytes);
      }
    }

    @Override
    public void bytesWritten(Open<S> socket, SocketAddress remoteAddress, long numberOfBytes) {
      if (measured != null) {
        measured.bytesWritten(socket.known, remoteAddress, numberOfBytes);
      }
    }

    @Override
    public void exceptionOccurred(Open<S> socket, SocketAddress remoteAddress, Throwable cause) {
      if (measured != null) {
        measured.exceptionOccurred(socket.known, remoteAddress, cause);
      }
    }

    @Override
    public void close() {
      if (measured != null) {
        measured.close();
      }
    }
  }
}
