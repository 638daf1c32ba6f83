package io.weft.node.observe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.weft.mesh.Cancellation;
import io.weft.mesh.Deadline;
import io.weft.mesh.ItemStream;
import io.weft.mesh.MeshFailure;
import io.weft.mesh.Operation;
import io.weft.mesh.Origin;
import io.weft.mesh.Payload;
import io.weft.mesh.Request;
import io.weft.mesh.TraceContext;
import io.weft.mesh.policy.Policy;
import io.weft.mesh.telemetry.Taps;
import io.weft.mesh.time.VirtualTime;
import io.weft.node.NodeLimits;
import io.weft.routing.admin.api.TapQuery;
import io.weft.routing.admin.api.Tapped;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What one reader is shown of a node's calls, by a clock moved by hand. */
class TapDeskTest {
  private static final TapQuery ALL = new TapQuery(null, null, null, null, 0);

  private final Vertx vertx = Vertx.vertx();
  private final VirtualTime time = new VirtualTime(1);
  private final Taps taps = new Taps(time, time);
  private final List<Tapped> told = new ArrayList<>();

  @AfterEach
  void close() {
    vertx.close().toCompletionStage().toCompletableFuture().join();
  }

  /** Does something on one event loop, and waits until it is done. */
  private void here(Runnable task) {
    var done = Promise.<Void>promise();
    vertx.runOnContext(
        turn -> {
          try {
            task.run();
            done.complete();
          } catch (RuntimeException | AssertionError e) {
            done.fail(e);
          }
        });
    try {
      done.future().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private ItemStream<Tapped> open(TapQuery query) {
    return TapDesk.open("n1", taps, time.time().timers(), vertx.getOrCreateContext(), query);
  }

  private void call(String operation, Throwable why) {
    var attempted = new Taps.Attempted();
    attempted.at("n2/inc/users-1");
    taps.ended(
        new Request(
            operation,
            Operation.Kind.QUERY,
            Payload.of(Buffer.buffer()),
            Deadline.after(time, Duration.ofSeconds(1)),
            "",
            Origin.of(TraceContext.begin(time.time().rng()), "orders"),
            null,
            Cancellation.NEVER,
            Policy.DEFAULT),
        attempted,
        why,
        5_000_000);
  }

  @Test
  void callsAreToldManyAtATimeWithTheInstanceAndItsNode() {
    here(
        () -> {
          open(ALL).handler(told::add);
          call("users.get", null);
          call("users.list", new MeshFailure.Unknown("lost"));
          assertEquals(List.of(), told);
          time.advance(NodeLimits.TAP_INTERVAL);
          assertEquals(1, told.size());
          var first = told.get(0).calls().get(0);
          assertEquals(
              List.of("n1", "orders", "users.get", "users-1", "n2", "ok"),
              List.of(
                  first.node(),
                  first.caller(),
                  first.operation(),
                  first.instance(),
                  first.targetNode(),
                  first.outcome()));
          assertEquals(5_000, first.micros());
          assertEquals("Unknown", told.get(0).calls().get(1).outcome());
          time.advance(NodeLimits.TAP_INTERVAL);
          assertEquals(1, told.size(), "nothing is told when there is nothing");
        });
  }

  @Test
  void whatNodesAskOneAnotherIsToldToThoseWhoNameItAlone() {
    here(
        () -> {
          open(ALL).handler(told::add);
          call("node.stat", null);
          call("users.get", null);
          time.advance(NodeLimits.TAP_INTERVAL);
          assertEquals("users.get", told.get(0).calls().get(0).operation());
          assertEquals(1, told.get(0).calls().size());
          told.clear();
          open(new TapQuery("node", null, null, null, 0)).handler(told::add);
          call("node.stat", null);
          time.advance(NodeLimits.TAP_INTERVAL);
          assertEquals("node.stat", told.get(0).calls().get(0).operation());
        });
  }

  @Test
  void whoWantsThoseThatFailedIsNotToldOfOthers() {
    here(
        () -> {
          open(new TapQuery(null, null, null, "failed", 0)).handler(told::add);
          call("users.get", null);
          call("users.get", new MeshFailure.Unknown("lost"));
          time.advance(NodeLimits.TAP_INTERVAL);
          assertEquals(1, told.get(0).calls().size());
          assertEquals("Unknown", told.get(0).calls().get(0).outcome());
        });
  }

  @Test
  void aReaderThatDoesNotReadLosesCallsAndIsToldHowMany() {
    here(
        () -> {
          var stream = open(ALL);
          stream.handler(told::add);
          stream.pause();
          int calls = 0;
          for (int second = 0; second < 5; second++) {
            for (int i = 0; i < 900; i++, calls++) {
              call("users.get", null);
            }
            time.advance(Duration.ofSeconds(1));
          }
          assertEquals(List.of(), told);
          stream.resume();
          time.advance(Duration.ofSeconds(1));
          int most = NodeLimits.TAP_WAITING_MAX;
          most += NodeLimits.TAP_BATCHES_MAX * NodeLimits.TAP_BATCH_MAX;
          int seen = told.stream().mapToInt(batch -> batch.calls().size()).sum();
          long lost = told.stream().mapToLong(Tapped::dropped).sum();
          assertTrue(seen <= most, seen + " of " + most);
          assertEquals(calls, seen + lost);
          assertTrue(lost > 0);
        });
  }

  @Test
  void nobodyLooksOnAnyMoreWhenTheReaderHasGone() {
    here(
        () -> {
          var stream = open(ALL);
          assertTrue(taps.open());
          stream.cancel();
          assertFalse(taps.open());
          time.advance(NodeLimits.TAP_INTERVAL);
        });
  }
}
