package io.weft.lab;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;

/** Ports of the loopback address. */
public final class Ports {
  /** The address that everything binds to. */
  public static final String HOST = "127.0.0.1";

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
