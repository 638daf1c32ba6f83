package io.weft.mesh.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.weft.mesh.Cancellation;
import io.weft.mesh.Deadline;
import io.weft.mesh.MeshFailure.Expired;
import io.weft.mesh.MeshFailure.Rejected;
import io.weft.mesh.Operation.Kind;
import io.weft.mesh.Origin;
import io.weft.mesh.Payload;
import io.weft.mesh.Priority;
import io.weft.mesh.Reply;
import io.weft.mesh.Request;
import io.weft.mesh.Step;
import io.weft.mesh.TraceContext;
import io.weft.mesh.policy.AdmissionPolicy;
import io.weft.mesh.policy.Policies;
import io.weft.mesh.policy.Policy;
import io.weft.mesh.telemetry.Telemetry;
import io.weft.mesh.time.VirtualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** The whole server's side over a handler made by hand. */
class ServerStackTest {
  private final VirtualTime time = new VirtualTime(1);
  private final List<Promise<Reply>> running = new ArrayList<>();
  private final Policies policies =
      new Policies(
          1,
          Policies.DEFAULT.defaults(),
          Map.of("users", Admitting.policy(new AdmissionPolicy(2, 0, Priority.NORMAL, null))),
          Map.of());
  private final Admission admission = new Admission(time, "users", () -> policies);
  private final Step stack =
      ServerStack.of(
          Telemetry.NONE,
          time,
          admission,
          "users.get",
          request -> {
            Promise<Reply> promise = Promise.promise();
            running.add(promise);
            return promise.future();
          });

  @Test
  void aRequestThatArrivesExpiredRunsNoHandler() {
    assertInstanceOf(Expired.class, take(Duration.ZERO).cause());
    assertEquals(0, running.size());
  }

  @Test
  void aRequestThatNobodyWaitsForRunsNoHandler() {
    var cancellation = new Cancellation();
    cancellation.cancel();
    assertInstanceOf(Expired.class, take(Duration.ofSeconds(1), cancellation).cause());
    assertEquals(0, running.size());
  }

  @Test
  void oneRequestMoreThanTheLimitIsRejectedAndOneLessIsTaken() {
    take(Duration.ofSeconds(1));
    take(Duration.ofSeconds(1));

    var refused = assertInstanceOf(Rejected.class, take(Duration.ofSeconds(1)).cause());
    assertEquals(Rejected.Reason.OVERLOADED, refused.reason());
    assertEquals("2 calls are running (limit: 2)", refused.getMessage());

    running.get(0).complete(Reply.of(Buffer.buffer()));
    assertFalse(take(Duration.ofSeconds(1)).isComplete());
    assertEquals(3, running.size());
  }

  @Test
  void aDrainingInstanceRefusesWhatComesAndIsIdleWhenTheLastCallIsDone() {
    take(Duration.ofSeconds(1));
    var drained = admission.drain();
    assertFalse(drained.isComplete());

    var refused = assertInstanceOf(Rejected.class, take(Duration.ofSeconds(1)).cause());
    assertEquals(Rejected.Reason.DRAINING, refused.reason());

    running.get(0).fail(new Expired("gone"));
    assertTrue(drained.isComplete());
  }

  @Test
  void anIdleInstanceIsDrainedAtOnce() {
    assertTrue(admission.drain().isComplete());
  }

  @Test
  void onlyWhomThePolicyAllowsIsLetInAndOthersTakeNoRoomFromThem() {
    var guarded = guarded(Set.of("orders"));

    for (int i = 0; i < 10; i++) {
      var refused = assertInstanceOf(Rejected.class, take(guarded, "billing").cause());
      assertEquals(Rejected.Reason.FORBIDDEN, refused.reason());
      assertEquals(
          "users.get is not for billing (expected: one that its policy allows)",
          refused.getMessage());
    }
    assertEquals(0, running.size());

    assertFalse(take(guarded, "orders").isComplete());
    assertFalse(take(guarded, "users").isComplete());
    assertEquals(2, running.size());
  }

  @Test
  void aPolicyThatNamesNobodyLetsInNobodyButTheServiceItself() {
    var guarded = guarded(Set.of());

    assertInstanceOf(Rejected.class, take(guarded, "orders").cause());
    assertFalse(take(guarded, "users").isComplete());
  }

  @Test
  void aPolicyThatChangesCountsForTheNextCall() {
    var now = new AtomicReference<>(allowing(Set.of("orders")));
    var guarded = stack(now::get);
    assertFalse(take(guarded, "orders").isComplete());

    now.set(allowing(Set.of("routing")));

    assertInstanceOf(Rejected.class, take(guarded, "orders").cause());
    assertFalse(take(guarded, "routing").isComplete());
  }

  private Step guarded(Set<String> allow) {
    var fixed = allowing(allow);
    return stack(() -> fixed);
  }

  private Step stack(Supplier<Policies> policies) {
    return ServerStack.of(
        Telemetry.NONE,
        time,
        new Admission(time, "users", policies),
        "users.get",
        request -> {
          Promise<Reply> promise = Promise.promise();
          running.add(promise);
          return promise.future();
        });
  }

  private static Policies allowing(Set<String> allow) {
    var none = Policy.DEFAULT;
    var policy =
        new Policy(
            none.timeout(),
            none.attemptTimeout(),
            none.retries(),
            none.hedge(),
            none.balance(),
            none.breaker(),
            none.admission(),
            none.traffic(),
            null,
            allow);
    return new Policies(1, none, Map.of("users", policy), Map.of());
  }

  private Future<Reply> take(Step into, String caller) {
    return take(into, caller, Duration.ofSeconds(1), new Cancellation());
  }

  private Future<Reply> take(Duration remaining) {
    return take(remaining, new Cancellation());
  }

  private Future<Reply> take(Duration remaining, Cancellation cancellation) {
    return take(stack, "test", remaining, cancellation);
  }

  private Future<Reply> take(
      Step into, String caller, Duration remaining, Cancellation cancellation) {
    return into.take(
        new Request(
            "users.get",
            Kind.QUERY,
            Payload.of(Buffer.buffer("{}")),
            Deadline.after(time, remaining),
            "",
            Origin.of(TraceContext.NONE, caller),
            null,
            cancellation,
            Policy.DEFAULT));
  }
}
