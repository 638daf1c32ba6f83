import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;

/**
 * The line between an edge and its hub, in this example: a TCP port of this host behind which is
 * another one. While its process is stopped (SIGSTOP) the line is dead, and nobody is told so.
 *
 * <p>Run as it is: {@code java Relay.java PORT TO}, which both are ports of 127.0.0.1.
 */
public final class Relay {
  private Relay() {}

  /** Takes connections until the process is ended. */
  public static void main(String[] arguments) throws IOException {
    if (arguments.length != 2) {
      System.err.println("usage: java Relay.java PORT TO");
      System.exit(2);
    }
    int to = Integer.parseInt(arguments[1]);
    var here = InetAddress.getLoopbackAddress();
    try (var server = new ServerSocket(Integer.parseInt(arguments[0]), 50, here)) {
      while (true) {
        var edge = server.accept();
        inBackground(() -> connect(edge, new Socket(here, to)), edge);
      }
    }
  }

  /** Passes on what comes from either side until one of them closes; then both are closed. */
  private static void connect(Socket edge, Socket hub) throws IOException {
    edge.setTcpNoDelay(true);
    hub.setTcpNoDelay(true);
    inBackground(() -> hub.getInputStream().transferTo(edge.getOutputStream()), edge, hub);
    try (hub) {
      edge.getInputStream().transferTo(hub.getOutputStream());
    }
  }

  private interface Passing {
    void run() throws IOException;
  }

  private static void inBackground(Passing passing, Socket... sockets) {
    var thread =
        new Thread(
            () -> {
              try {
                passing.run();
              } catch (IOException e) {
                // A connection that breaks is what a relay passes on: by closing the other one.
              }
              for (var socket : sockets) {
                close(socket);
              }
            });
    thread.setDaemon(true);
    thread.start();
  }

  private static void close(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      // It is closed all the same.
    }
  }
}
