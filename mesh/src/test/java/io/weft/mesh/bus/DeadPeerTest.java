package io.weft.mesh.bus;

import static io.weft.mesh.bus.Await.await;
import static io.weft.mesh.bus.Await.eventually;
import static io.weft.mesh.bus.Await.failureOf;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.eventbus.ReplyFailure;
import io.weft.mesh.CallOptions;
import io.weft.mesh.MeshFailure;
import io.weft.mesh.Operation;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * "Calls to a node that died hang until a 30 s timeout" (vert.x #4170, #1730): a request over the
 * bare event bus, and a call over the mesh, in flight to the same node when it is killed.
 */
@Timeout(120)
@Tag("alone")
class DeadPeerTest {
  record Word(String text) {}

  static final Operation<Word, Word> STORE =
      Operation.command("words.store", Word.class, Word.class);

  /** In place of the platform's 30 s. */
  private static final Duration BARE_TIMEOUT = Duration.ofSeconds(4);

  private static final Duration MESH_TIMEOUT = Duration.ofSeconds(30);

  private final MixedSite site = new MixedSite();

  @AfterEach
  void stop() throws Exception {
    site.close();
  }

  @Test
  void aRequestInFlightWaitsForItsTimeoutAndACallOfOursFailsAtOnce() throws Exception {
    var one = site.node("one");
    var two = site.node("two");
    Promise<Void> requested = Promise.promise();
    Promise<Void> called = Promise.promise();
    await(two.vertx().eventBus().consumer("bare", m -> requested.tryComplete()).completion());
    serve(two, called);
    eventually(() -> one.mesh().directory().of("words").size() == 1);

    var bare =
        one.vertx()
            .eventBus()
            .request(
                "bare", "hello", new DeliveryOptions().setSendTimeout(BARE_TIMEOUT.toMillis()));
    var call =
        one.mesh().call(STORE, new Word("hello"), CallOptions.DEFAULT.withTimeout(MESH_TIMEOUT));
    await(requested.future());
    await(called.future());

    long since = System.nanoTime();
    two.terminate();

    assertInstanceOf(MeshFailure.class, failureOf(call));
    long tookMillis = (System.nanoTime() - since) / 1_000_000;
    assertTrue(tookMillis < 1_500, "our call failed after " + tookMillis + " ms");
    assertTrue(!bare.isComplete(), "the platform does not know yet");
    var failure = assertInstanceOf(ReplyException.class, failureOf(bare));
    assertEquals(ReplyFailure.TIMEOUT, failure.failureType());
    site.crash(two);
  }

  private static void serve(ClusterNode node, Promise<Void> called) throws Exception {
    await(
        node.vertx()
            .deployVerticle(
                new VerticleBase() {
                  @Override
                  public Future<?> start() {
                    return node.mesh()
                        .serve(
                            STORE,
                            word -> {
                              called.tryComplete();
                              return Promise.<Word>promise().future();
                            });
                  }
                }));
  }
}
