package io.weft.lab.plan;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.weft.lab.LabException;
import io.weft.lab.Patience;
import io.weft.lab.plan.Arrivals.Answers;
import io.weft.mesh.Priority;
import io.weft.mesh.bus.BusMesh;
import io.weft.mesh.policy.AdmissionPolicy;
import io.weft.mesh.policy.BalancePolicy;
import io.weft.mesh.policy.Policies;
import io.weft.mesh.policy.Policy;
import io.weft.mesh.policy.RetryPolicy;
import io.weft.mesh.time.Time;
import io.weft.node.plan.Measured;
import io.weft.node.plan.ServiceModel;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;

/**
 * Measures a service at two loads, fits the planner's model to that, and then measures three other
 * loads, on other numbers of instances, beside what the model predicts for them.
 */
public final class Main {
  private static final int WRONG = 1;
  private static final int NOT_RUN = 2;
  private static final double MILLIS = 1e3;

  private final Duration measured;
  private final Vertx vertx = Vertx.vertx();
  private final BusMesh mesh = (BusMesh) BusMesh.local(vertx, "lab");
  private final Time time = Time.of(vertx);
  private final Deque<String> instances = new ArrayDeque<>();

  /** So many instances, and which share of what they can do is asked of them. */
  private record Step(int instances, double use) {
    double perSecond() {
      return use
          * instances
          * PlanLimits.SERVERS
          * Duration.ofSeconds(1).toNanos()
          / PlanLimits.SERVICE.toNanos();
    }
  }

  private static final List<Step> KNOWN = List.of(new Step(2, 0.4), new Step(2, 0.75));
  private static final List<Step> PREDICTED =
      List.of(new Step(2, 0.85), new Step(3, 0.7), new Step(4, 0.8));

  private Main(Duration measured) {
    this.measured = measured;
  }

  /** Runs it: {@code [--seconds N]}. */
  public static void main(String[] arguments) {
    try {
      System.exit(new Main(seconds(arguments)).run());
    } catch (IllegalArgumentException | LabException e) {
      System.err.println("plan: " + e.getMessage());
      System.exit(NOT_RUN);
    }
  }

  private static Duration seconds(String[] arguments) {
    if (arguments.length == 0) {
      return Duration.ofSeconds(PlanLimits.SECONDS);
    }
    var given = String.join(" ", arguments);
    if (!given.matches("--seconds [0-9]{1,3}")) {
      throw new IllegalArgumentException(given + " (expected: --seconds N)");
    }
    int seconds = Integer.parseInt(arguments[1]);
    if (seconds < 1 || seconds > PlanLimits.SECONDS_MAX) {
      throw new IllegalArgumentException(
          "seconds: " + seconds + " (expected: 1 to " + PlanLimits.SECONDS_MAX + ")");
    }
    return Duration.ofSeconds(seconds);
  }

  private int run() {
    mesh.use(new Policies(1, policy(), Map.of(), Map.of()));
    var known = new ArrayList<Measured>();
    for (var step : KNOWN) {
      var answers = measure(step);
      known.add(
          new Measured(
              "lab",
              step.instances(),
              answers.perSecond(),
              answers.meanSeconds(),
              answers.p99Seconds(),
              PlanLimits.SERVERS));
    }
    var model = ServiceModel.fit(known).orElseThrow(() -> new LabException("nothing was measured"));
    System.out.printf(
        "a call takes %.1f ms, an instance runs %d at a time, tail %.2f; %d processors%n",
        model.serviceSeconds() * MILLIS,
        model.serversPerInstance(),
        model.tail(),
        Runtime.getRuntime().availableProcessors());
    System.out.println("| | instances | calls/s | p99 measured | p99 predicted | error |");
    System.out.println("|---|---|---|---|---|---|");
    boolean well = true;
    for (var each : known) {
      well &= tell("fitted to", model, each);
    }
    for (var step : PREDICTED) {
      var answers = measure(step);
      well &=
          tell(
              "predicted",
              model,
              new Measured(
                  "lab",
                  step.instances(),
                  answers.perSecond(),
                  answers.meanSeconds(),
                  answers.p99Seconds(),
                  PlanLimits.SERVERS));
    }
    Patience.await("the end", vertx.close(), PlanLimits.PATIENCE);
    return well ? 0 : WRONG;
  }

  private static boolean tell(String what, ServiceModel model, Measured one) {
    double predicted = model.responseSeconds(ServiceModel.P99, one.perSecond(), one.instances());
    double error = predicted / one.p99Seconds() - 1;
    System.out.printf(
        "| %s | %d | %.0f | %.0f ms | %.0f ms | %+.0f %% |%n",
        what,
        one.instances(),
        one.perSecond(),
        one.p99Seconds() * MILLIS,
        predicted * MILLIS,
        100 * error);
    return Math.abs(error) <= PlanLimits.ERROR_MAX;
  }

  private Answers measure(Step step) {
    Patience.await("the instances", scale(step.instances()), PlanLimits.PATIENCE);
    Promise<Answers> answers = Promise.promise();
    vertx.runOnContext(
        go -> Arrivals.run(mesh, time, step.perSecond(), measured).onComplete(answers));
    var got =
        Patience.await(
            "the calls",
            answers.future(),
            measured.plus(PlanLimits.WARM_UP).plus(PlanLimits.PATIENCE));
    if (got.failed() > 0) {
      throw new LabException(got.failed() + " of " + got.calls() + " calls failed");
    }
    return got;
  }

  private Future<Void> scale(int count) {
    if (instances.size() == count) {
      return Future.succeededFuture();
    }
    return instances.size() < count
        ? vertx
            .deployVerticle(new Work(mesh, time))
            .onSuccess(instances::addLast)
            .compose(more -> scale(count))
        : vertx.undeploy(instances.removeLast()).compose(fewer -> scale(count));
  }

  /** As many run at a time as the model is to find; nothing is refused, repeated or held back. */
  private static Policy policy() {
    return new Policy(
        PlanLimits.TIMEOUT,
        PlanLimits.TIMEOUT,
        new RetryPolicy(
            1,
            RetryPolicy.DEFAULT.backoff(),
            RetryPolicy.DEFAULT.budgetRatio(),
            RetryPolicy.DEFAULT.reservePerSecond()),
        null,
        new BalancePolicy(
            BalancePolicy.DEFAULT.algorithm(),
            null,
            BalancePolicy.DEFAULT.loadBound(),
            BalancePolicy.DEFAULT.locality(),
            BalancePolicy.DEFAULT.spillOver(),
            Duration.ZERO),
        Policy.DEFAULT.breaker(),
        new AdmissionPolicy(PlanLimits.SERVERS, 65_536, Priority.NORMAL, null),
        Policy.DEFAULT.traffic());
  }
}
