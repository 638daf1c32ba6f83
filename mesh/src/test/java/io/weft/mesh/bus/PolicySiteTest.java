package io.weft.mesh.bus;

import static io.weft.mesh.bus.Await.await;
import static io.weft.mesh.bus.Await.eventually;
import static io.weft.mesh.bus.Await.failureOf;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.VertxOptions;
import io.weft.mesh.Operation;
import io.weft.mesh.discovery.InstanceRecord;
import io.weft.mesh.policy.Archive;
import io.weft.mesh.policy.Epochs;
import io.weft.mesh.policy.Policies;
import io.weft.mesh.policy.Policy;
import io.weft.mesh.policy.PolicyDocument;
import io.weft.mesh.policy.PolicyException;
import io.weft.mesh.policy.PolicyReader;
import io.weft.mesh.policy.PolicyStand;
import io.weft.mesh.policy.Stands;
import io.weft.mesh.telemetry.Decision;
import io.weft.mesh.telemetry.Telemetry;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The policies of real nodes on a real cluster, on loopback. */
@Timeout(90)
class PolicySiteTest {
  private static final PolicyReader READER =
      (epoch, text) -> new Policies(epoch, Policy.DEFAULT, Map.of(), Map.of());

  private final String cluster = "policies-" + UUID.randomUUID();
  private final List<ClusterNode> started = new ArrayList<>();

  private record Node(ClusterNode cluster, Epochs<Policies> epochs) {
    String text() {
      return epochs.current().text();
    }

    /** Returns the epoch that each node is at, as this one has heard. */
    Map<String, Long> heard() {
      return cluster.mesh().stands().stream()
          .collect(Collectors.toMap(Stands.Known::node, known -> known.stand().epoch()));
    }
  }

  @AfterEach
  void stopAll() throws Exception {
    Crash.of(started);
  }

  @Test
  void aChangeAtOneNodeCountsOnAllAndEachAcknowledgesIt() throws Exception {
    int port = WiredSite.freePort();
    var one = start("one", port, port, READER);
    var two = start("two", WiredSite.freePort(), port, READER);
    assertEquals(1, two.epochs().current().epoch());

    var applied = await(two.epochs().apply("new", 1));

    assertEquals(2, applied.epoch());
    eventually(() -> one.heard().equals(Map.of("one", 2L, "two", 2L)));
    eventually(() -> two.heard().equals(Map.of("one", 2L, "two", 2L)));
    assertEquals("new", one.text());
    assertEquals(2, one.cluster().mesh().policies().epoch());
    var decision =
        one.cluster().mesh().decisions().latest(10).stream()
            .filter(each -> each.kind() == Decision.Kind.POLICY)
            .findFirst()
            .orElseThrow();
    assertEquals("epoch 2", decision.subject());
    assertEquals("counts here from now on, applied at two", decision.why());
    eventually(() -> one.cluster().mesh().gauges().site().epoch() == 2);

    var back = await(one.epochs().rollback(null));
    assertEquals(3, back.epoch());
    eventually(() -> two.text().equals("base of one"));
  }

  @Test
  void ofTwoOperatorsAtTwoNodesAtOnceOneWinsAndTheOtherIsTold() throws Exception {
    int port = WiredSite.freePort();
    var one = start("one", port, port, READER);
    var two = start("two", WiredSite.freePort(), port, READER);

    var first = one.epochs().apply("of one", 1);
    var second = two.epochs().apply("of two", 1);
    await(Future.join(first, second).otherwiseEmpty());

    assertTrue(first.succeeded() ^ second.succeeded());
    var loser = first.succeeded() ? second : first;
    assertTrue(assertInstanceOf(PolicyException.class, failureOf(loser)).isConflict());
    var winner = first.succeeded() ? "of one" : "of two";
    eventually(() -> one.text().equals(winner) && two.text().equals(winner));
  }

  @Test
  void aNodeThatCannotReadAnEpochStaysBehindAndTheOthersHearWhy() throws Exception {
    int port = WiredSite.freePort();
    var one = start("one", port, port, READER);
    PolicyReader older =
        (epoch, text) -> {
          if (text.contains("later")) {
            throw PolicyException.invalid(List.of("epoch " + epoch + ":1: later: no such key"));
          }
          return READER.read(epoch, text);
        };
    var two = start("two", WiredSite.freePort(), port, older);

    await(one.epochs().apply("later: 1", 1));

    eventually(() -> refusals(one).equals(Set.of("epoch 2: epoch 2:1: later: no such key")));
    assertEquals(Map.of("one", 2L, "two", 1L), one.heard());
    assertEquals(1, two.cluster().mesh().policies().epoch());
  }

  @Test
  void aNodeThatJoinsTakesWhatTheSiteGoesByAndKnowsWhatWasBefore() throws Exception {
    int port = WiredSite.freePort();
    var one = start("one", port, port, READER);
    await(one.epochs().apply("two", 1));
    await(one.epochs().apply("three", 2));

    var late = start("late", WiredSite.freePort(), port, READER);

    assertEquals("three", late.text());
    assertEquals(
        List.of("three", "two", "base of one"),
        late.epochs().history().stream().map(PolicyDocument::text).toList());
  }

  @Test
  void twoHalvesThatWereApartGoByTheHigherEpochOnceTheyMeet() throws Exception {
    int seedPort = WiredSite.freePort();
    // Its seed is down, so it is a site of its own, until the seed comes and the two merge.
    var early = start("early", WiredSite.freePort(), seedPort, READER);
    await(early.epochs().apply("early 2", 1));
    await(early.epochs().apply("early 3", 2));

    var seed = start("seed", seedPort, seedPort, READER);

    eventually(() -> seed.text().equals("early 3"));
    eventually(() -> early.heard().equals(Map.of("early", 3L, "seed", 3L)));
    assertEquals("early 3", early.text());
  }

  @Test
  void whoOnceMetANodeThatIsLostSaysSo() throws Exception {
    int port = WiredSite.freePort();
    var one = start("one", port, port, READER);
    var two = start("two", WiredSite.freePort(), port, READER);
    eventually(() -> one.heard().size() == 2);

    started.remove(two.cluster());
    Crash.of(List.of(two.cluster()));

    eventually(() -> lost(one).equals(Set.of("two")));
    assertEquals(new PolicyStand(1, one.epochs().current().digest(), null), one.epochs().stand());
  }

  @Test
  void whoLeavesInOrderIsForgotten() throws Exception {
    int port = WiredSite.freePort();
    var one = start("one", port, port, READER);
    var two = start("two", WiredSite.freePort(), port, READER);
    eventually(() -> one.heard().size() == 2);

    started.remove(two.cluster());
    await(two.cluster().stop());

    eventually(() -> one.cluster().mesh().nodes().size() == 1);
    assertEquals(Map.of("one", 1L), one.heard());
  }

  @Test
  void anInstanceHasTheVersionOfItsServiceAndNotOfTheNode() throws Exception {
    int port = WiredSite.freePort();
    var one = start("one", port, port, READER);
    var operation = Operation.query("words.echo", String.class, String.class);
    await(
        one.cluster()
            .vertx()
            .deployVerticle(
                new VerticleBase() {
                  @Override
                  public Future<?> start() {
                    return one.cluster().mesh().serve(operation, Future::succeededFuture);
                  }
                }));
    assertEquals(
        List.of("2.5.0"),
        one.cluster().mesh().nodes().stream()
            .flatMap(node -> node.instances().stream())
            .map(InstanceRecord::version)
            .toList());
  }

  private static Set<String> refusals(Node node) {
    return node.cluster().mesh().stands().stream()
        .flatMap(known -> Stream.ofNullable(known.stand().refused()))
        .collect(Collectors.toSet());
  }

  private static Set<String> lost(Node node) {
    return node.cluster().mesh().stands().stream()
        .filter(Stands.Known::lost)
        .map(Stands.Known::node)
        .collect(Collectors.toSet());
  }

  private Node start(String name, int port, int seed, PolicyReader reader) throws Exception {
    var node =
        await(
            ClusterNode.start(
                new ClusterNode.Settings(
                    name,
                    "test",
                    "test",
                    "1",
                    cluster,
                    "127.0.0.1",
                    port,
                    0,
                    port == seed ? List.of() : List.of("127.0.0.1:" + seed),
                    Path.of(System.getProperty("weft.root"), "cluster.xml"),
                    List.of(),
                    Map.of("words", "2.5.0"),
                    null),
                new VertxOptions(),
                Telemetry.NONE));
    started.add(node);
    var epochs = node.epochs(Archive.NONE, reader);
    await(epochs.open(List.of(), "base of " + name));
    await(node.ready());
    return new Node(node, epochs);
  }
}
