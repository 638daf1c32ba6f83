package io.weft.mesh.link;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;

/**
 * What carries the messages of one connection of a link, whole and in order, until it is closed: a
 * WebSocket.
 *
 * <p>For the link's event loop, on which its listener is called and its futures complete.
 */
public interface LinkSocket {
  /** Who is told what a socket hears. */
  interface Listener {
    /** A message came, whole. */
    void message(Buffer message);

    /** The socket is closed, by whomever; nothing more is told. */
    void closed();
  }

  /** Starts to listen; called once, before anything else. What came before is told then. */
  void start(Listener listener);

  /**
   * Sends a message.
   *
   * @return completes when the network has taken it; fails when it never will
   */
  Future<Void> write(Buffer message);

  /** Closes the socket once what was written before has been sent, or after a while. */
  void close();

  /** Closes the socket at once, whatever waits to be sent. */
  void abort();

  /** Returns the other end, for people. */
  String peer();

  /** Returns the address of the other end's host, or of the proxy that it comes through. */
  String host();
}
