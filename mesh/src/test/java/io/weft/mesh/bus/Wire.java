package io.weft.mesh.bus;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A TCP proxy in front of one port of loopback, whose connections a test stalls, cuts and refuses.
 *
 * <p>It has threads of its own, so that what is tested never waits for it on an event loop.
 */
public final class Wire implements AutoCloseable {
  /** Small, so that a stalled wire soon holds up who writes into it. */
  private static final int BUFFER_BYTES = 16 * 1024;

  private static final int CONNECT_MILLIS = 2_000;

  private final int port;
  private final int target;
  private final Set<Line> lines = ConcurrentHashMap.newKeySet();
  private final AtomicLong taken = new AtomicLong();
  private final Object gate = new Object();
  private boolean stalled;
  private ServerSocket server;

  /** Opens a wire on a free port to another port. */
  public Wire(int target) throws IOException {
    this.target = target;
    server = listen(0);
    port = server.getLocalPort();
  }

  public int port() {
    return port;
  }

  /** Returns how many bytes have come from those who connect, passed on or not. */
  public long takenBytes() {
    return taken.get();
  }

  /** Returns how many connections are open. */
  public int connections() {
    return lines.size();
  }

  /** Stops passing bytes on, either way, while connections stay open and are still taken. */
  public void stall() {
    synchronized (gate) {
      stalled = true;
    }
  }

  /** Passes bytes on again. */
  public void flow() {
    synchronized (gate) {
      stalled = false;
      gate.notifyAll();
    }
  }

  /** Carries again as a new wire does: what it held, if it was stalled, is lost. */
  public void mend() throws IOException {
    boolean held;
    synchronized (gate) {
      held = stalled;
    }
    if (held) {
      cut();
    }
    flow();
    accept();
  }

  /** Resets all connections; what they held is lost. New ones are taken. */
  public void cut() {
    lines.forEach(Line::cut);
    synchronized (gate) {
      gate.notifyAll();
    }
  }

  /** Ends the sending side of each connection towards who connected, and nothing else. */
  public void halfClose() throws IOException {
    for (var line : lines) {
      line.near.shutdownOutput();
    }
  }

  /** Resets all connections and refuses new ones. */
  public void refuse() throws IOException {
    synchronized (this) {
      server.close();
    }
    cut();
  }

  /** Takes connections again, on the same port. */
  public synchronized void accept() throws IOException {
    if (server.isClosed()) {
      server = listen(port);
    }
  }

  @Override
  public void close() throws IOException {
    refuse();
  }

  private ServerSocket listen(int on) throws IOException {
    var listening = new ServerSocket();
    listening.setReuseAddress(true);
    listening.setReceiveBufferSize(BUFFER_BYTES);
    listening.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), on));
    start(() -> acceptAll(listening));
    return listening;
  }

  private void acceptAll(ServerSocket listening) {
    while (!listening.isClosed()) {
      try {
        connect(listening.accept());
      } catch (IOException e) {
        // Closed by the test, or by the other side before it was taken: there is nothing to carry.
      }
    }
  }

  private void connect(Socket near) throws IOException {
    var far = new Socket();
    try {
      far.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), target), CONNECT_MILLIS);
      far.setTcpNoDelay(true);
      near.setTcpNoDelay(true);
    } catch (IOException e) {
      near.close();
      throw e;
    }
    var line = new Line(near, far);
    lines.add(line);
    start(() -> line.carry(near, far, taken));
    start(() -> line.carry(far, near, new AtomicLong()));
  }

  private static void start(Runnable task) {
    var thread = new Thread(task, "wire");
    thread.setDaemon(true);
    thread.start();
  }

  /** One connection and its continuation. */
  private final class Line {
    private final Socket near;
    private final Socket far;
    private volatile boolean broken;

    Line(Socket near, Socket far) {
      this.near = near;
      this.far = far;
    }

    void carry(Socket from, Socket to, AtomicLong count) {
      try {
        carry(from.getInputStream(), to.getOutputStream(), count);
        to.shutdownOutput();
      } catch (IOException e) {
        cut(); // One side is gone, or the test cut it: the other side is to see it too.
      }
      if (from.isOutputShutdown() && to.isOutputShutdown()) {
        cut();
      }
    }

    private void carry(InputStream in, OutputStream out, AtomicLong count) throws IOException {
      var bytes = new byte[BUFFER_BYTES];
      for (int read = in.read(bytes); read >= 0; read = in.read(bytes)) {
        count.addAndGet(read);
        pass();
        out.write(bytes, 0, read);
      }
    }

    private void pass() throws IOException {
      synchronized (gate) {
        while (stalled && !broken) {
          try {
            gate.wait();
          } catch (InterruptedException e) {
            throw new IOException(e);
          }
        }
      }
    }

    void cut() {
      broken = true;
      lines.remove(this);
      reset(near);
      reset(far);
    }

    private void reset(Socket socket) {
      try {
        socket.setSoLinger(true, 0);
        socket.close();
      } catch (IOException e) {
        // It was closed already.
      }
    }
  }
}
