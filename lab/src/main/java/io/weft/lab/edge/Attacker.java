package io.weft.lab.edge;

import io.weft.mesh.time.Ticker;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/** One connection of an attack. For one thread, which it never blocks. */
final class Attacker implements AutoCloseable {
  private final Attack attack;
  private final Ticker ticker;
  private final SocketChannel channel;
  private final ByteBuffer drain = ByteBuffer.allocate(16 * 1024);
  private ByteBuffer waiting;
  private long sentBytes;
  private long nextNanos;
  private int count;
  private boolean open = true;

  Attacker(Attack attack, Ticker ticker, int port) throws IOException {
    this.attack = attack;
    this.ticker = ticker;
    waiting = ByteBuffer.wrap(attack.first().get());
    channel = SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    channel.configureBlocking(false);
  }

  /** Sends what is due and reads what is there; returns whether anything moved. */
  boolean turn() {
    if (!open) {
      return false;
    }
    try {
      int moved = attack.reads() ? read() : 0;
      return open && send() + moved > 0;
    } catch (IOException e) { // The node has torn the connection.
      open = false;
      return false;
    }
  }

  private int read() throws IOException {
    drain.clear();
    int got = channel.read(drain);
    open = got >= 0;
    return Math.max(0, got);
  }

  private int send() throws IOException {
    long now = ticker.nanos();
    if (!waiting.hasRemaining() && now >= nextNanos) {
      waiting = ByteBuffer.wrap(attack.again().apply(count++));
      nextNanos = now + attack.pace().toNanos();
    }
    int taken = waiting.hasRemaining() ? channel.write(waiting) : 0;
    sentBytes += taken;
    return taken;
  }

  boolean open() {
    return open;
  }

  long sentBytes() {
    return sentBytes;
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
