package io.weft.lab;

import io.weft.mesh.time.Rng;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;

/** Ports of the loopback address. */
public final class Ports {
  /** The address that everything binds to. */
  public static final String HOST = "127.0.0.1";

  private static final int LASTING_FROM = 12_000;
  private static final int LASTING_TO = 32_000;
  private static final int TRIES_MAX = 100;
  private static final int PROBE_MILLIS = 500;

  private Ports() {}

  /** Returns a port that nothing listens on at this moment. */
  public static int free() {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new LabException("no free port on " + HOST + ": " + e.getMessage(), e);
    }
  }

  /**
   * Returns a port that nothing listens on, and that no outgoing connection takes while whoever is
   * to listen on it is down: one below those that systems give out.
   */
  public static int lasting() {
    for (int i = 0; i < TRIES_MAX; i++) {
      int port = LASTING_FROM + Rng.system().nextInt(LASTING_TO - LASTING_FROM);
      if (free(port)) {
        return port;
      }
    }
    throw new LabException("no free port on " + HOST + " from " + LASTING_FROM);
  }

  /** Returns whether nothing listens on a port. */
  static boolean free(int port) {
    try (var socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
      return socket.isBound();
    } catch (IOException e) {
      return false;
    }
  }

  /** Returns whether a connection to a port is taken. */
  public static boolean open(int port) {
    try (var socket = new Socket()) {
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), PROBE_MILLIS);
      return true;
    } catch (IOException e) {
      return false;
    }
  }
}
