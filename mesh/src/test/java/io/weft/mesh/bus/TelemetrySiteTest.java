package io.weft.mesh.bus;

import static io.weft.mesh.bus.Await.await;
import static io.weft.mesh.bus.Await.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.weft.mesh.CallOptions;
import io.weft.mesh.Operation;
import io.weft.mesh.TraceContext;
import io.weft.mesh.telemetry.CallHistograms;
import io.weft.mesh.telemetry.Decision.Kind;
import io.weft.mesh.telemetry.Span;
import io.weft.mesh.time.Ticker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What nodes on one real cluster tell of the calls between them, and of each other. */
@Timeout(90)
class TelemetrySiteTest {
  record Word(String text) {}

  private static final Operation<Word, Word> ECHO =
      Operation.query("words.echo", Word.class, Word.class);
  private static final Word HELLO = new Word("hello");
  private static final Duration LONG = Duration.ofSeconds(60);

  private final MixedSite site = new MixedSite();
  private final CallHistograms served = new CallHistograms(Ticker.system());

  @AfterEach
  void stop() throws Exception {
    site.close();
  }

  @Test
  void whoServesKnowsWhoCallsAndFromWhere() throws Exception {
    var one = site.node("one");
    var two = site.node("two", served);
    serve(two, Future::succeededFuture);
    eventually(() -> one.mesh().directory().serving("words.echo").size() == 1);
    for (int i = 0; i < 3; i++) {
      await(one.mesh().call(ECHO, HELLO));
    }
    await(two.mesh().call(ECHO, HELLO));
    served.tick();

    var edges = new ArrayList<>(served.last(1).edges());
    edges.sort(Comparator.comparing(each -> each.node()));
    assertEquals(
        List.of("one at one: 3", "two at two: 1"),
        edges.stream()
            .map(e -> e.caller() + " at " + e.node() + ": " + e.latencies().count())
            .toList());
  }

  @Test
  void aTraceGoesOnFromNodeToNode() throws Exception {
    var one = site.node("one");
    var two = site.node("two");
    serve(two, Future::succeededFuture);
    eventually(() -> one.mesh().directory().serving("words.echo").size() == 1);
    var trace = TraceContext.parse("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
    await(one.mesh().call(ECHO, HELLO, CallOptions.DEFAULT.withTrace(trace)));

    var caller = one.mesh().spans().store().trace(trace.high(), trace.low()).spans();
    var server = two.mesh().spans().store().trace(trace.high(), trace.low()).spans();
    assertEquals(2, caller.size());
    assertEquals(1, server.size());
    assertEquals(Span.Kind.SERVER, server.get(0).kind());
    assertEquals("two", server.get(0).node());
    assertTrue(caller.stream().anyMatch(span -> span.span() == server.get(0).parent()));
  }

  @Test
  void theGaugesTellOfInstancesOfWhatIsCalledAndOfTheSite() throws Exception {
    var one = site.node("one");
    var two = site.node("two");
    Promise<Word> held = Promise.promise();
    serve(two, word -> held.future());
    eventually(() -> one.mesh().directory().serving("words.echo").size() == 1);
    var call = one.mesh().call(ECHO, HELLO, CallOptions.DEFAULT.withTimeout(LONG));

    eventually(
        () ->
            two.mesh().gauges().instances().stream().anyMatch(i -> i.inFlight() == 1)
                && one.mesh().gauges().targets().stream().anyMatch(t -> t.inFlight() == 1));
    var instance = two.mesh().gauges().instances().get(0);
    assertEquals("words", instance.service());
    assertEquals("SERVING", instance.state());
    assertTrue(instance.limit() > 0);
    assertEquals(0, instance.queued());
    var gauges = one.mesh().gauges();
    assertEquals(2, gauges.site().nodes());
    assertEquals(1, gauges.site().instances());
    assertEquals(List.of("two"), gauges.peers().stream().map(p -> p.node()).toList());
    held.complete(HELLO);
    await(call);
    eventually(() -> one.mesh().gauges().targets().get(0).inFlight() == 0);
  }

  @Test
  void nodesThatComeAndGoAreDecisions() throws Exception {
    var one = site.node("one");
    var two = site.node("two");
    eventually(() -> decided(one, Kind.NODE_JOINED).equals(List.of("two")));

    site.crash(two);
    eventually(() -> decided(one, Kind.NODE_LEFT).equals(List.of("two")));
  }

  private static List<String> decided(ClusterNode node, Kind kind) {
    return node.mesh().decisions().latest(100).stream()
        .filter(decision -> decision.kind() == kind)
        .map(decision -> decision.subject())
        .toList();
  }

  private static void serve(ClusterNode node, Function<Word, Future<Word>> handler)
      throws Exception {
    await(
        node.vertx()
            .deployVerticle(
                new VerticleBase() {
                  @Override
                  public Future<?> start() {
                    return node.mesh().serve(ECHO, handler);
                  }
                }));
  }
}
