package io.weft.routing.bridge;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * What carries the messages of one client of the bridge: a SockJS socket, or a TCP connection.
 *
 * <p>For one event loop, on which its listener is called.
 */
public interface ClientSocket {
  /** Who is told what a socket hears. */
  interface Listener {
    /** A message came, whole, and not necessarily JSON. */
    void message(Buffer message);

    /** What comes can be told apart into messages no more. */
    void broken(String why);

    /** The socket is closed, by whomever; nothing more is told. */
    void closed();
  }

  /** Returns how messages to the client are worded. */
  Dialect dialect();

  /** Starts to listen; called once, before anything else. */
  void start(Listener listener);

  /**
   * Sends a message.
   *
   * @return completes when the network has taken it
   */
  Future<Void> write(String message);

  /** Asks for no more messages; some may come all the same. */
  void pause();

  /** Asks for messages again. */
  void resume();

  /**
   * Closes the socket once everything before has been sent, which may be never.
   *
   * @param code why, as a WebSocket says it
   * @param reason why, for people
   */
  void close(int code, String reason);

  /** Closes the socket at once, whatever waits to be sent. */
  void abort();

  /** Returns the client's end of the connection, or null when it is not known. */
  @Nullable SocketAddress remoteAddress();
}
