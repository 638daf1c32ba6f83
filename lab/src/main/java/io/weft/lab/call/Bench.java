package io.weft.lab.call;

import io.vertx.core.json.JsonObject;
import io.weft.lab.ChildProcess;
import io.weft.lab.LabException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One run: every system as two processes, all started before the first is measured, then measured
 * in turn, so that a busy or slow minute of the machine is everybody's.
 */
final class Bench implements AutoCloseable {
  private final Plan plan;
  private final PrintWriter progress;
  private final List<ChildProcess> processes = new ArrayList<>();
  private final Map<SystemUnderTest, Pair> pairs = new LinkedHashMap<>();
  private final List<String> remarks = new ArrayList<>();
  private long errors;
  private boolean closed;

  /**
   * What is measured.
   *
   * @param systems each of them
   * @param concurrency at each of these numbers of calls outstanding
   * @param seconds for so long each time
   * @param rounds so often
   */
  record Plan(List<SystemUnderTest> systems, List<Integer> concurrency, int seconds, int rounds) {}

  private record Pair(ChildProcess server, ChildProcess client, int variants) {}

  private record Cell(SystemUnderTest system, int concurrency) {}

  /**
   * Creates a run.
   *
   * @param progress told what goes on
   */
  Bench(Plan plan, PrintWriter progress) {
    this.plan = plan;
    this.progress = progress;
  }

  /**
   * Measures. Blocks for as long as it takes.
   *
   * @return the figures, system by system
   * @throws LabException if something cannot be measured
   */
  List<Figures> run() {
    start();
    warm();
    var rounds = new LinkedHashMap<Cell, List<Figures.Round>>();
    for (var system : plan.systems()) {
      plan.concurrency().forEach(c -> rounds.put(new Cell(system, c), new ArrayList<>()));
    }
    for (int round = 0; round < plan.rounds(); round++) {
      progress.println("round " + (round + 1) + " of " + plan.rounds() + "…");
      for (int concurrency : plan.concurrency()) {
        for (var system : turn(round)) {
          var measured = measure(system, concurrency);
          rounds
              .computeIfAbsent(new Cell(system, concurrency), c -> new ArrayList<>())
              .add(measured);
        }
      }
    }
    var figures = new ArrayList<Figures>();
    rounds.forEach(
        (cell, each) -> figures.add(Figures.of(cell.system().label(), cell.concurrency(), each)));
    return figures;
  }

  /** Returns what is to be told besides the figures: the configurations chosen, and failures. */
  List<String> remarks() {
    return remarks;
  }

  /** Returns whether every call succeeded. */
  boolean well() {
    return errors == 0;
  }

  /** Returns the systems, each round beginning with another one, so that none is always first. */
  private List<SystemUnderTest> turn(int round) {
    var turn = new ArrayList<>(plan.systems());
    Collections.rotate(turn, -round);
    return turn;
  }

  private void start() {
    var started = new LinkedHashMap<SystemUnderTest, ChildProcess[]>();
    for (var system : plan.systems()) {
      started.put(
          system,
          new ChildProcess[] {process(SideMain.SERVE, system), process(SideMain.CALL, system)});
    }
    started.forEach(
        (system, two) -> {
          progress.println("starting " + system.label() + "…");
          var timeout = CallLimits.START_TIMEOUT.plus(CallLimits.ANSWER_SLACK);
          var address = two[0].ask(command(Side.START), timeout);
          var client = two[1].ask(command(Side.START).put("address", address), timeout);
          pairs.put(system, new Pair(two[0], two[1], client.getInteger("variants")));
        });
  }

  private synchronized ChildProcess process(String role, SystemUnderTest system) {
    if (closed) {
      throw new LabException("interrupted");
    }
    var process = SideMain.start(role, system);
    processes.add(process);
    return process;
  }

  private void warm() {
    for (var pair : pairs.entrySet()) {
      progress.println("warming " + pair.getKey().label() + " up…");
      // The highest first: more calls in the same time compile more of the code.
      for (int concurrency : highestFirst()) {
        warm(pair.getKey(), pair.getValue(), concurrency);
      }
    }
  }

  private List<Integer> highestFirst() {
    return plan.concurrency().stream().sorted(Comparator.reverseOrder()).toList();
  }

  private void warm(SystemUnderTest system, Pair pair, int concurrency) {
    var answer =
        pair.client()
            .ask(load(Side.WARM, concurrency), timeout(2 * pair.variants() * plan.seconds()));
    var variant = answer.getString("variant");
    var at = system.label() + " at " + concurrency + ": ";
    if (!variant.isEmpty()) {
      remarks.add(at + variant + " was fastest, and is what is measured");
    }
    errors += answer.getLong("errors");
    if (answer.getLong("errors") > 0) {
      remarks.add(at + answer.getLong("errors") + " errors in the warm-up");
    }
  }

  private Figures.Round measure(SystemUnderTest system, int concurrency) {
    var pair = pairs.get(system);
    if (pair == null) {
      throw new LabException(system.label() + " is not started");
    }
    pair.server().ask(command(Side.MARK), CallLimits.ANSWER_SLACK);
    var answer = pair.client().ask(load(Side.MEASURE, concurrency), timeout(plan.seconds()));
    var server = pair.server().ask(command(Side.ALLOCATED), CallLimits.ANSWER_SLACK);
    var measure = Measure.of(answer);
    errors += measure.errors();
    if (measure.errors() > 0) {
      remarks.add(
          system.label()
              + " at "
              + concurrency
              + ": "
              + measure.errors()
              + " errors, the first: "
              + measure.firstError());
    }
    return new Figures.Round(
        measure, answer.getLong(Side.ALLOCATED), server.getLong(Side.ALLOCATED));
  }

  private JsonObject load(String what, int concurrency) {
    return command(what).put("concurrency", concurrency).put("seconds", plan.seconds());
  }

  private static JsonObject command(String what) {
    return new JsonObject().put(ChildProcess.DO, what);
  }

  private static Duration timeout(int seconds) {
    return Duration.ofSeconds(seconds)
        .plus(CallLimits.DRAIN_TIMEOUT)
        .plus(CallLimits.ANSWER_SLACK)
        .plus(CallLimits.ANSWER_SLACK);
  }

  /** Ends every process that was started, and waits until they are gone. */
  @Override
  public synchronized void close() {
    closed = true;
    processes.forEach(ChildProcess::end);
    processes.forEach(ChildProcess::close);
  }
}
