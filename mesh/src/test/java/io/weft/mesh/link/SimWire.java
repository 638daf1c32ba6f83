package io.weft.mesh.link;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.weft.mesh.time.VirtualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A connection in virtual time, with an end for each side: messages arrive after a while, in order,
 * until it is cut. A cut loses what is on its way; each side hears of it later, or never.
 */
final class SimWire {
  final End edge;
  final End hub;
  private final VirtualTime time;
  private final long delayNanos;
  private boolean cut;
  private boolean stalled;

  private boolean meddles;

  /** How many more messages come through before the wire is cut by itself. */
  private long fuse = Long.MAX_VALUE;

  SimWire(VirtualTime time, Duration delay) {
    this.time = time;
    delayNanos = delay.toNanos();
    edge = new End("hub");
    hub = new End("edge");
    edge.other = hub;
    hub.other = edge;
  }

  /** Cuts the wire; both sides hear of it after a while, each by itself; null for never. */
  void cut(@Nullable Duration edgeHears, @Nullable Duration hubHears) {
    cut = true;
    tell(edge, edgeHears);
    tell(hub, hubHears);
  }

  /** Cuts the wire when some more messages have come through, in the middle of the next one. */
  void cutAfter(long messages) {
    fuse = messages;
  }

  /** Lets nothing through, and takes nothing, while the connection stays open. */
  void stall() {
    stalled = true;
  }

  /** Changes the next message on its way. */
  void meddle() {
    meddles = true;
  }

  private Buffer carried(Buffer message) {
    if (!meddles) {
      return message;
    }
    meddles = false;
    int last = message.length() - 1;
    return message.copy().setByte(last, (byte) (message.getByte(last) ^ 1));
  }

  private void tell(End end, @Nullable Duration after) {
    if (after != null) {
      time.after(after, end::hearClosed);
    }
  }

  /** One side's socket. */
  final class End implements LinkSocket {
    final List<Buffer> written = new ArrayList<>();
    private final String peer;
    private String host;
    private final List<Buffer> early = new ArrayList<>();
    private End other = this;
    private @Nullable Listener listener;
    private long nextNanos;
    private boolean closed;

    End(String peer) {
      this.peer = peer;
      host = peer;
    }

    @Override
    public void start(Listener hears) {
      listener = hears;
      early.forEach(hears::message);
      early.clear();
    }

    @Override
    public Future<Void> write(Buffer message) {
      written.add(message);
      Promise<Void> taken = Promise.promise();
      if (closed) {
        return Future.failedFuture("closed");
      }
      if (stalled) {
        return taken.future();
      }
      var carried = carried(message);
      nextNanos = Math.max(nextNanos, time.nanos() + delayNanos);
      time.after(
          Duration.ofNanos(nextNanos - time.nanos()),
          () -> {
            if (!cut && !stalled && !other.closed && fuse-- > 0) {
              other.hear(carried);
            } else if (fuse < 0 && !cut) {
              cut(Duration.ZERO, Duration.ofMillis(1));
            }
          });
      taken.complete();
      return taken.future();
    }

    @Override
    public void close() {
      if (!closed) {
        closed = true;
        if (!cut) {
          time.after(Duration.ofNanos(delayNanos), other::hearClosed);
        }
        time.after(Duration.ZERO, this::tellClosed);
      }
    }

    @Override
    public void abort() {
      close();
    }

    @Override
    public String peer() {
      return peer;
    }

    End from(String address) {
      host = address;
      return this;
    }

    @Override
    public String host() {
      return host;
    }

    private void hear(Buffer message) {
      if (listener == null) {
        early.add(message);
      } else {
        listener.message(message);
      }
    }

    private void hearClosed() {
      if (!closed) {
        closed = true;
        tellClosed();
      }
    }

    private void tellClosed() {
      if (listener != null) {
        listener.closed();
      }
    }
  }
}
