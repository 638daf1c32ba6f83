package io.weft.mesh.server;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.weft.mesh.Cancellation;
import io.weft.mesh.Deadline;
import io.weft.mesh.Operation.Kind;
import io.weft.mesh.Origin;
import io.weft.mesh.Payload;
import io.weft.mesh.Priority;
import io.weft.mesh.Reply;
import io.weft.mesh.Request;
import io.weft.mesh.RetryCredit;
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

/** One instance of {@code users} whose handler answers when the test says so. */
final class Admitting {
  static final Reply REPLY = Reply.of(Buffer.buffer());

  final VirtualTime time = new VirtualTime(1);
  final List<Promise<Reply>> running = new ArrayList<>();
  Policies policies;
  final Admission admission;
  private final Step stack;

  Admitting(AdmissionPolicy admitted) {
    policies = policies(1, admitted);
    admission = new Admission(time, "users", () -> policies);
    stack = ServerStack.of(Telemetry.NONE, time, admission, "users.get", this::handle);
  }

  /** Returns the default policy, admission aside. */
  static Policy policy(AdmissionPolicy admission) {
    var rest = Policy.DEFAULT;
    return new Policy(
        rest.timeout(),
        rest.attemptTimeout(),
        rest.retries(),
        rest.hedge(),
        rest.balance(),
        rest.breaker(),
        admission,
        rest.traffic());
  }

  static Policies policies(long epoch, AdmissionPolicy admission) {
    return new Policies(epoch, Policy.DEFAULT, Map.of("users", policy(admission)), Map.of());
  }

  static AdmissionPolicy room(int running, int waiting) {
    return new AdmissionPolicy(running, waiting, Priority.NORMAL, null);
  }

  private Future<Reply> handle(Request request) {
    Promise<Reply> promise = Promise.promise();
    running.add(promise);
    return promise.future();
  }

  /** Answers the call that began as the given one, from 0. */
  void answer(int index) {
    running.get(index).complete(REPLY);
  }

  Future<Reply> take() {
    return take(Priority.NORMAL, Duration.ofSeconds(2));
  }

  Future<Reply> take(Priority priority, Duration remaining) {
    return take(request(priority, remaining, Map.of(), new Cancellation()));
  }

  Future<Reply> take(Request request) {
    return stack.take(request);
  }

  Request request(
      Priority priority,
      Duration remaining,
      Map<String, String> attributes,
      Cancellation cancellation) {
    return new Request(
        "users.get",
        Kind.QUERY,
        Payload.of(Buffer.buffer("{}")),
        Deadline.after(time, remaining),
        "",
        new Origin(TraceContext.NONE, "test", priority, attributes, new RetryCredit()),
        null,
        cancellation,
        Policy.DEFAULT);
  }
}
