package io.weft.lab.fuzz;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.weft.lab.Said;
import io.weft.lab.Say;
import io.weft.mesh.Mesh;
import io.weft.mesh.Operation;
import io.weft.mesh.bus.BusMesh;
import io.weft.mesh.wire.FrameWriter;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A live lane: frames arrive, one after the other, and nothing is thrown; after all of them a call
 * is answered as before.
 *
 * <p>An input is a row of frames: a byte that chooses the header (its lowest two bits the sender's
 * lane, the next whether the frame is for this incarnation, 0x80 that the input has its own
 * header), two bytes of length, and as many bytes.
 */
public final class LaneTarget {
  private static final Operation<Say, Said> ASK =
      Operation.query("fuzz.ask", Say.class, Said.class);
  private static final Operation<Say, Said> TELL =
      Operation.command("fuzz.tell", Say.class, Said.class);

  /** Turns of the event loop after which a message that was sent before them has been read. */
  private static final int TURNS = 4;

  private static final int OWN_HEADER = 0x80;
  private static final int FOR_ANOTHER = 0x04;
  private static final int LANES = 4;
  private static final long PATIENCE_SECONDS = 20;
  private static final int CALL_EACH = 256;

  private static @Nullable LaneTarget target;

  private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
  private final Mesh mesh = BusMesh.local(vertx, "fuzz");
  private final Context context = vertx.getOrCreateContext();
  private final AtomicReference<Throwable> thrown = new AtomicReference<>();
  private final byte[][] headers = new byte[2 * LANES][];
  private long inputs;

  private LaneTarget() {
    vertx.exceptionHandler(thrown::set);
    await(
        vertx.deployVerticle(
            new VerticleBase() {
              @Override
              public Future<?> start() {
                return mesh.serve(ASK, say -> Future.succeededFuture(Said.to(say)))
                    .compose(
                        served -> mesh.serve(TELL, say -> Future.succeededFuture(Said.to(say))));
              }
            }));
    var incarnation = mesh.nodes().get(0).incarnation();
    for (int lane = 0; lane < LANES; lane++) {
      headers[lane] = FrameWriter.header("peer", "i", lane, incarnation);
      headers[lane | FOR_ANOTHER] = FrameWriter.header("peer", "i", lane, "another");
    }
  }

  /** Begins: one node for all inputs. */
  public static void fuzzerInitialize() {
    target = new LaneTarget();
  }

  /** Lets the frames of one input arrive. */
  public static void fuzzerTestOneInput(byte[] input) {
    var live = target;
    if (live != null) {
      live.run(Buffer.buffer(input));
    }
  }

  private void run(Buffer input) {
    var done = new CompletableFuture<Void>();
    context.runOnContext(
        turn -> {
          send(input);
          after(TURNS, done);
        });
    await(Future.fromCompletionStage(done));
    var failure = thrown.getAndSet(null);
    if (failure != null) {
      throw new AssertionError("an input threw", failure);
    }
    if (++inputs % CALL_EACH == 0) {
      await(mesh.call(ASK, Say.numbered(inputs)));
    }
  }

  private void send(Buffer input) {
    int at = 0;
    while (input.length() - at > 3) {
      int choice = input.getUnsignedByte(at);
      int length = Math.min(input.getUnsignedShort(at + 1), input.length() - at - 3);
      var frame = Buffer.buffer();
      if ((choice & OWN_HEADER) == 0) {
        frame.appendBytes(headers[choice % headers.length]);
      }
      frame.appendBuffer(input, at + 3, length);
      vertx.eventBus().send("weft.fuzz.0", frame);
      at += 3 + length;
    }
  }

  private void after(int turns, CompletableFuture<Void> done) {
    if (turns == 0) {
      done.complete(null);
    } else {
      context.runOnContext(turn -> after(turns - 1, done));
    }
  }

  private static <T> T await(Future<T> future) {
    try {
      return future
          .toCompletionStage()
          .toCompletableFuture()
          .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new AssertionError("the node does not answer", e);
    }
  }
}
