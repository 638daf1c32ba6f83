package io.weft.mesh.bus;

import static io.weft.mesh.bus.Await.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.VertxInternal;
import io.vertx.junit5.VertxExtension;
import io.weft.mesh.ItemSource;
import io.weft.mesh.MeshLimits;
import io.weft.mesh.Payload;
import io.weft.mesh.time.Time;
import io.weft.mesh.wire.FrameWriter;
import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Streams to a peer whose network has stopped taking anything. */
@ExtendWith(VertxExtension.class)
class ServedStreamTest {
  private static final int ITEM_BYTES = 60_000;
  private static final int STREAMS = 100;

  private final Queue<Promise<Void>> unsent = new ArrayDeque<>();
  private Lane lane;
  private PeerLane peer;
  private Outbox outbox;

  @BeforeEach
  void open(Vertx vertx) {
    var context = ((VertxInternal) vertx).createEventLoopContext();
    lane = new Lane(0, "here", "1", context, Time.of(vertx), id -> null, nanos -> {});
    outbox =
        new Outbox(
            new Peer("there", "2"),
            0,
            FrameWriter.header("here", "1", 0, "2"),
            new Outbox.Network() {
              @Override
              public Future<Void> send(OutboundFrame frame) {
                Promise<Void> taken = Promise.promise();
                unsent.add(taken);
                return taken.future();
              }

              @Override
              public void unsent(long request, Throwable failure) {}

              @Override
              public void lostAnswers(Outbox outbox) {}

              @Override
              public void dirty(Outbox outbox) {
                context.runOnContext(turn -> outbox.flush());
              }
            });
    peer = new PeerLane(outbox);
  }

  /** A source that gives each item as soon as it is asked for. */
  private static final class Eager implements ItemSource {
    private final Payload item = Payload.of(Buffer.buffer("x".repeat(ITEM_BYTES)));
    private @Nullable Sink sink;
    private long given;

    @Override
    public void start(Sink sink) {
      this.sink = sink;
    }

    @Override
    public void credit(int items) {
      for (int i = 0; i < items; i++) {
        given++;
        sink.item(item);
      }
    }

    @Override
    public void cancel() {}
  }

  @Test
  void aStalledPeerStopsTheSourcesOfItsStreamsAndTheyGoOnOnceItReads() throws Exception {
    var sources = new Eager[STREAMS];
    onLane(
        () -> {
          for (int i = 0; i < STREAMS; i++) {
            sources[i] = new Eager();
            var stream = new ServedStream(i + 1, lane, peer, sources[i]);
            peer.serves(i + 1, stream);
            stream.start();
            stream.credit(MeshLimits.STREAM_WINDOW_ITEMS);
          }
        });

    long fit = MeshLimits.OUTBOX_MAX_BYTES / ITEM_BYTES;
    long given = given(sources);
    assertTrue(outbox.bytes() <= MeshLimits.OUTBOX_MAX_BYTES, outbox.bytes() + " bytes");
    assertTrue(given <= fit + STREAMS * MeshLimits.STREAM_GRANT_ITEMS, given + " items given");

    onLane(
        () -> {
          while (!unsent.isEmpty()) {
            unsent.remove().complete();
          }
        });
    assertEquals(STREAMS * MeshLimits.STREAM_WINDOW_ITEMS, given(sources));
    assertEquals(0, outbox.bytes());
  }

  private long given(Eager[] sources) throws Exception {
    var sum = new long[1];
    onLane(
        () -> {
          for (var source : sources) {
            sum[0] += source.given;
          }
        });
    return sum[0];
  }

  private void onLane(Runnable task) throws Exception {
    Promise<Void> done = Promise.promise();
    lane.context()
        .runOnContext(
            turn -> {
              task.run();
              done.complete();
            });
    await(done.future());
  }
}
