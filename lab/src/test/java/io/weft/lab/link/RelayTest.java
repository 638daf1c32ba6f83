package io.weft.lab.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.vertx.core.Vertx;
import io.weft.lab.Patience;
import io.weft.lab.Ports;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A relay before a server that answers each byte by two. */
class RelayTest {
  private final Vertx vertx = Vertx.vertx();
  private Relay relay;

  @BeforeEach
  void open() {
    var server =
        vertx
            .createNetServer()
            .connectHandler(
                socket -> socket.handler(bytes -> socket.write(bytes.copy().appendBuffer(bytes))))
            .listen(0, Ports.HOST);
    int port = Patience.await("the server", server, LinkLimits.PATIENCE).actualPort();
    relay = new Relay(port);
  }

  @AfterEach
  void close() {
    relay.close();
    Patience.await("the server ends", vertx.close(), LinkLimits.PATIENCE);
  }

  @Test
  void whatGoesThroughIsCountedEachWay() throws IOException {
    try (var socket = connect()) {
      exchange(socket, 5);
      var before = relay.bytes();
      exchange(socket, 3);

      assertEquals(new Relay.Bytes(8, 16), relay.bytes());
      assertEquals(new Relay.Bytes(3, 6), relay.bytes().since(before));
    }
  }

  @Test
  void aCutEndsConnectionsAndLetsNoneThroughUntilItIsHealed() throws IOException {
    try (var socket = connect()) {
      exchange(socket, 1);
      relay.cut();
      assertThrows(IOException.class, () -> exchange(socket, 1));
    }
    try (var socket = connect()) {
      assertThrows(IOException.class, () -> exchange(socket, 1));
    }

    relay.heal();

    try (var socket = connect()) {
      exchange(socket, 1);
    }
  }

  private Socket connect() throws IOException {
    return new Socket(InetAddress.getLoopbackAddress(), relay.port());
  }

  /** Sends so many bytes and reads their answer to its end. */
  private static void exchange(Socket socket, int bytes) throws IOException {
    socket.setSoTimeout((int) LinkLimits.PATIENCE.toMillis());
    socket.getOutputStream().write(new byte[bytes]);
    if (socket.getInputStream().readNBytes(2 * bytes).length < 2 * bytes) {
      throw new IOException("the connection has ended");
    }
  }
}
