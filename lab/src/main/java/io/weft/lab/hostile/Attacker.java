package io.weft.lab.hostile;

import io.vertx.core.buffer.Buffer;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.List;

/**
 * A TCP peer of a bus port that is no node: it speaks the wire format of the event bus, or nearly.
 * For one thread; writing blocks while the other side does not read.
 */
public final class Attacker implements AutoCloseable {
  private static final byte WIRE_VERSION = 2;
  private static final byte NAMED_CODEC = -1;
  private static final int BUFFER_BYTES = 64 * 1024;

  private final int port;
  private final String address;
  private final List<Socket> sockets = new ArrayList<>();
  private final List<OutputStream> streams = new ArrayList<>();
  private int turn;
  private long reconnections;

  /** Connects to the port of a bus. */
  public Attacker(int port, String address) throws IOException {
    this.port = port;
    this.address = address;
    for (int i = 0; i < HostileLimits.CONNECTIONS; i++) {
      connect(i);
    }
  }

  private void connect(int place) throws IOException {
    var socket = new Socket(InetAddress.getLoopbackAddress(), port);
    var stream = new BufferedOutputStream(socket.getOutputStream(), BUFFER_BYTES);
    if (place < sockets.size()) {
      sockets.get(place).close();
      sockets.set(place, socket);
      streams.set(place, stream);
      reconnections++;
    } else {
      sockets.add(socket);
      streams.add(stream);
    }
  }

  /** Returns how often a connection had to be made anew. */
  long reconnections() {
    return reconnections;
  }

  /** Returns a message that carries a frame, its length first. */
  public byte[] message(byte[] frame) {
    var message = Buffer.buffer(frame.length + 128);
    message.appendInt(0).appendByte(WIRE_VERSION).appendByte(NAMED_CODEC);
    text(message, "weft.frame");
    message.appendByte((byte) 0);
    text(message, address);
    message.appendInt(0);
    text(message, "00000000-0000-0000-0000-000000000000");
    message.appendInt(Integer.BYTES);
    message.appendBytes(frame);
    return message.setInt(0, message.length() - Integer.BYTES).getBytes();
  }

  private static void text(Buffer message, String text) {
    var bytes = Buffer.buffer(text);
    message.appendInt(bytes.length()).appendBuffer(bytes);
  }

  /** Sends a message on the next connection, which is made anew if it has been closed. */
  public void send(byte[] message) throws IOException {
    turn = (turn + 1) % streams.size();
    try {
      streams.get(turn).write(message);
    } catch (IOException e) {
      connect(turn);
      streams.get(turn).write(message);
    }
  }

  /** Sends what waits. */
  public void flush() throws IOException {
    for (int i = 0; i < streams.size(); i++) {
      try {
        streams.get(i).flush();
      } catch (IOException e) {
        connect(i);
      }
    }
  }

  /** Sends messages on a connection of their own, which is closed afterwards. */
  void sendApart(List<byte[]> messages) throws IOException {
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      for (var message : messages) {
        socket.getOutputStream().write(message);
      }
    } catch (SocketException e) {
      reconnections++; // The node has closed it, as it may.
    }
  }

  /** Opens a connection and says that a message of 2 GiB comes, of which only a part does. */
  Socket unended(int bytes) throws IOException {
    var socket = new Socket(InetAddress.getLoopbackAddress(), port);
    var out = socket.getOutputStream();
    out.write(Buffer.buffer().appendInt(Integer.MAX_VALUE).getBytes());
    var part = new byte[BUFFER_BYTES];
    for (int sent = 0; sent < bytes; sent += part.length) {
      out.write(part);
    }
    return socket;
  }

  @Override
  public void close() throws IOException {
    for (var socket : sockets) {
      socket.close();
    }
  }
}
