package io.weft.mesh.bus;

import static io.weft.mesh.bus.Await.await;
import static io.weft.mesh.bus.Await.eventually;
import static io.weft.mesh.bus.Await.failureOf;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.vertx.core.Future;
import io.weft.mesh.Call;
import io.weft.mesh.CallOptions;
import io.weft.mesh.MeshFailure.Unknown;
import io.weft.mesh.MeshLimits;
import io.weft.mesh.Operation;
import io.weft.mesh.Priority;
import io.weft.mesh.bus.WiredSite.Node;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A chain of services on real nodes, in which one layer of four tries again, not each of them.
 *
 * <p>The caller is on node one; every hop of {@code far} goes to the other node, every hop of
 * {@code near} stays.
 */
@Timeout(120)
class RetryCreditTest {
  record Word(String text) {}

  private static final Word HELLO = new Word("hello");
  private static final List<String> FAR = List.of("fara", "farb", "farc", "fard");
  private static final List<String> NEAR = List.of("neara", "nearb", "nearc", "neard");

  private static final AtomicInteger LEAF_CALLS = new AtomicInteger();
  private static final AtomicReference<Call> LEAF = new AtomicReference<>();
  private static WiredSite site;
  private static Node one;

  @BeforeAll
  static void start() throws Exception {
    site = new WiredSite();
    one = site.start("one");
    var two = site.start("two");
    chain(FAR, List.of(two, one, two, one));
    chain(NEAR, List.of(two, two, two, two));
    eventually(() -> one.endpoint("fara.ask", "two") != null);
    eventually(() -> one.endpoint("neara.ask", "two") != null);
    eventually(() -> two.endpoint("fard.ask", "one") != null);
  }

  @AfterAll
  static void stop() throws Exception {
    site.close();
  }

  @BeforeEach
  void forget() {
    LEAF_CALLS.set(0);
  }

  private static void chain(List<String> services, List<Node> nodes) throws Exception {
    for (int i = 0; i < services.size(); i++) {
      var mesh = nodes.get(i).mesh();
      if (i == services.size() - 1) {
        nodes.get(i).serve(ask(services.get(i)), word -> leaf());
      } else {
        var next = ask(services.get(i + 1));
        nodes.get(i).serve(ask(services.get(i)), word -> mesh.call(next, word));
      }
    }
  }

  private static Future<Word> leaf() {
    LEAF_CALLS.incrementAndGet();
    LEAF.set(Call.current().orElseThrow());
    return Future.failedFuture(new Unknown("the leaf fails"));
  }

  private static Operation<Word, Word> ask(String service) {
    return Operation.query(service + ".ask", Word.class, Word.class);
  }

  @Test
  void aChainOverFourNodesMakesNoMoreLeafCallsThanOneCallHasAttempts() throws Exception {
    assertInstanceOf(Unknown.class, failureOf(one.mesh().call(ask("fara"), HELLO)));
    assertEquals(MeshLimits.ATTEMPTS_MAX, LEAF_CALLS.get());
  }

  @Test
  void soDoesAChainOnOneNode() throws Exception {
    assertInstanceOf(Unknown.class, failureOf(one.mesh().call(ask("neara"), HELLO)));
    assertEquals(MeshLimits.ATTEMPTS_MAX, LEAF_CALLS.get());
  }

  @Test
  void priorityAndAttributesTravelThroughTheWholeChain() throws Exception {
    var options =
        CallOptions.DEFAULT
            .withPriority(Priority.SHEDDABLE)
            .withAttributes(Map.of("tenant", "acme"))
            .withExplain();
    await(one.mesh().call(ask("fara"), HELLO, options).otherwiseEmpty());

    var origin = LEAF.get().origin();
    assertEquals(Priority.SHEDDABLE, origin.priority());
    assertEquals(Map.of("tenant", "acme"), origin.attributes());
    assertEquals(true, origin.explain());
  }
}
