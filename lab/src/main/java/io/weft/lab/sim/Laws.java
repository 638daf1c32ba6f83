package io.weft.lab.sim;

import io.vertx.circuitbreaker.CircuitBreakerState;
import io.weft.mesh.MeshFailure.Application;
import io.weft.mesh.Request;
import io.weft.mesh.discovery.Endpoint;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** All laws of a world: each is told everything that happens, and looks after every step. */
final class Laws {
  private final World world;
  private final List<Law> all;
  private final HealingLaw healing;
  private final Map<Long, SimCall> calls = new HashMap<>();
  private long attempts;
  private long failures;
  private long errors;
  private @Nullable Violation broken;

  Laws(World world) {
    this.world = world;
    healing = new HealingLaw(world);
    all =
        List.of(
            new CompletionLaw(world),
            new CounterLaw(world),
            new BudgetLaw(world, world.settings().policy().retries()),
            new PickLaw(world),
            new EjectionLaw(world),
            new HandlerLaw(),
            healing);
  }

  void called(SimCall call) {
    world.log("call", call.caller().member(), "", call.id());
    calls.put(call.id(), call);
    tell(law -> law.called(call));
  }

  void completed(SimCall call, @Nullable Throwable failure) {
    world.log(
        failure == null ? "answered" : failure.getClass().getSimpleName(),
        call.caller().member(),
        "",
        call.id());
    if (failure != null) {
      failures++;
      if (!(failure instanceof Application) && !call.cancelled()) {
        errors++;
      }
    }
    tell(law -> law.completed(call, failure));
  }

  void attempted(Incarnation by, Request request, Endpoint endpoint) {
    var call = of(request);
    attempts++;
    call.attempted();
    world.log("attempt", by.member(), endpoint.id(), call.id());
    tell(law -> law.attempted(by, call, endpoint));
  }

  void turned(Incarnation by, Endpoint endpoint, CircuitBreakerState state) {
    world.log("breaker " + state, by.member(), endpoint.id(), 0);
    tell(law -> law.turned(by, endpoint, state));
  }

  void doubled(Request request) {
    var call = of(request);
    call.doubled();
    tell(law -> law.doubled(call));
  }

  void began(Incarnation server, Request request) {
    var call = of(request);
    world.log("begin", server.member(), "", call.id());
    tell(law -> law.began(server, call, request));
  }

  void ran(Request request) {
    var call = of(request);
    tell(law -> law.ran(call, request));
  }

  void heard(Incarnation by, String node, String incarnation) {
    tell(law -> law.heard(by, node, incarnation));
  }

  void met(Incarnation by, String node, String incarnation) {
    tell(law -> law.met(by, node, incarnation));
  }

  void forgotten(Incarnation by, String node) {
    tell(law -> law.forgotten(by, node));
  }

  void healed() {
    tell(law -> law.healed());
  }

  void afterStep(@Nullable Incarnation touched) {
    tell(law -> law.afterStep(touched));
  }

  void atEnd() {
    tell(law -> law.atEnd());
  }

  /** What a law throws is kept: composed futures would catch it and take it for a failure. */
  private void tell(Consumer<Law> what) {
    if (broken != null) {
      return;
    }
    try {
      for (var law : all) {
        what.accept(law);
      }
    } catch (Violation violation) {
      broken = violation;
    }
  }

  /** Returns the law that was broken first, or null. */
  @Nullable Violation broken() {
    return broken;
  }

  /** The call's number travels as its trace, as all that is done on its behalf inherits that. */
  private SimCall of(Request request) {
    var call = calls.get(request.trace().low());
    if (call == null) {
      throw new IllegalStateException("a request of no call: " + request.trace());
    }
    return call;
  }

  long calls() {
    return calls.size();
  }

  long attempts() {
    return attempts;
  }

  long failures() {
    return failures;
  }

  /** Returns how many calls failed that no handler answered and no caller gave up. */
  long errors() {
    return errors;
  }

  /** Returns how long after healing the last endpoint was picked again. */
  long healingNanos() {
    return healing.tookNanos();
  }
}
