package io.weft.lab.chaos;

import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.weft.lab.LabException;
import io.weft.lab.Patience;
import io.weft.lab.ScriptedNodes;
import io.weft.lab.ScriptedNodes.Ended;
import io.weft.mesh.time.Time;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Row 17: an operator scales services and nodes, drains nodes and takes them back, by the commands
 * that are shipped, while users are read and orders placed over HTTP; and is refused what cannot be
 * done. Nodes are killed in the middle of it. The long form also kills nodes while nobody looks,
 * lets a load go up and down under automatic scaling, and restarts all nodes.
 */
final class ScaleRow implements Row {
  private static final int ROW = 17;
  private static final String SERVICE = "orders";
  private static final int MANY = 8;
  private static final int CONFLICT = 4;
  private static final int REFUSED = 2;
  private static final int DONE = 200;
  private static final int CHANGED_MEANWHILE = 412;

  private final List<Result> results = new ArrayList<>();

  @Override
  public List<Result> run(Plan plan) {
    var vertx = Vertx.vertx();
    try (var nodes = new ScriptedNodes(ChaosLimits.SCALE_NODES_MAX)) {
      plan.say("starting " + ChaosLimits.NODES + " nodes with PostgreSQL…");
      nodes.start(ChaosLimits.NODES);
      try {
        new Course(plan, nodes, vertx).run();
      } catch (LabException e) {
        throw new LabException(e.getMessage() + "\n" + nodes.logTails(), e);
      }
      return results;
    } finally {
      Patience.await("the client closes", vertx.close(), ChaosLimits.START_MAX);
    }
  }

  private void none(String what, long count, String details) {
    results.add(Result.none(ROW, what, count, details));
  }

  private void holds(String what, boolean holds, String measured) {
    results.add(new Result(ROW, what, "yes", (holds ? "yes" : "no") + measured, holds));
  }

  private void within(String what, Duration longest, long millis) {
    results.add(Result.within(ROW, what, longest.toMillis(), millis, ""));
  }

  /** One run of the row: the nodes, who scales them, and who calls them meanwhile. */
  private final class Course {
    private final Plan plan;
    private final ScriptedNodes nodes;
    private final Time time;
    private final Operator operator;
    private final HttpLoad load;
    private final FailoverClient readers;
    private final FailoverClient writers;
    private final boolean longForm;

    Course(Plan plan, ScriptedNodes nodes, Vertx vertx) {
      this.plan = plan;
      this.nodes = nodes;
      time = Time.of(vertx);
      operator = new Operator(nodes, plan);
      load = new HttpLoad(vertx, nodes.httpPorts(), nodes.token());
      readers = load.readers();
      writers = load.writers();
      longForm = plan.rounds() != 1;
    }

    void run() {
      load.createUsers();
      int rate = plan.rate() > 0 ? plan.rate() : ChaosLimits.SCALE_RATE;
      var requests = load.start(rate, ChaosLimits.ORDER_ONE_IN);
      Patience.pause(longForm ? ChaosLimits.HTTP_WARM : ChaosLimits.SCALE_WARM);
      int rounds = plan.roundsOr(ChaosLimits.SCALE_ROUNDS);
      for (int round = 1; round <= rounds; round++) {
        var of = rounds == 1 ? "" : " (" + round + " of " + rounds + ")";
        upAndDown(of);
        drained(of);
        killed(round, of);
        moreNodes(of);
      }
      refused();
      twoAtATime();
      if (longForm) {
        keptUp();
        automatic();
      }
      requests.stop();
      if (longForm) {
        restarted();
      }
      var found = load.readBack();
      none(
          "orders lost, doubled or never answered, at " + rate + " requests/s",
          found.lost() + found.doubled() + found.unanswered(),
          " of " + found.placed());
    }

    /** Does something, and says which requests failed from its begin until a little later. */
    private void unfelt(String what, Runnable task) {
      load.forget();
      task.run();
      Patience.pause(ChaosLimits.SETTLE);
      none(what + ": requests failed", readers.raw() + writers.raw(), of());
    }

    /** The same where a node goes: what it had not answered is asked once more of another. */
    private void survived(String what, Runnable task) {
      load.forget();
      task.run();
      Patience.pause(ChaosLimits.SETTLE);
      none(what + ": GETs failed after one retry", readers.failed(), " and before it " + before());
    }

    private String of() {
      return " of %d GETs and %d orders".formatted(readers.sent(), writers.sent());
    }

    private String before() {
      return readers.raw() + of() + " (POSTs " + writers.raw() + ")";
    }

    private void upAndDown(String round) {
      unfelt(SERVICE + " to " + MANY + round, () -> scaled(MANY));
      unfelt(SERVICE + " back to 1" + round, () -> scaled(1));
    }

    private void scaled(int count) {
      var ended = operator.scale(SERVICE + "=" + count);
      var now = operator.counts(SERVICE);
      holds(
          "%d of %s run, and none failed by its own count".formatted(count, SERVICE),
          ended.code() == 0
              && ended.text().contains(" 0 calls failed meanwhile")
              && now.getInteger("actual") == count,
          ", after " + ended.took().toMillis() + " ms");
    }

    private void drained(String round) {
      unfelt("drain of a node" + round, () -> well("drain", "n2"));
      unfelt("drain of another" + round, () -> well("drain", "n1"));
      refused("a drain of the last one", CONFLICT, operator.weft("drain", "n3"), "--force");
      unfelt("nodes taken back" + round, () -> well("undrain", "n1", "n2"));
    }

    private void well(String command, String... names) {
      for (var name : names) {
        var ended = operator.weft(command, name);
        if (ended.code() != 0) {
          none(command + " " + name + " did not go well", 1, ": " + ended.text());
        }
      }
    }

    /** Every other round kills the node that was asked, and the others one of those that do it. */
    private void killed(int round, String of) {
      int victim = round % 2 == 0 ? 1 : ChaosLimits.NODES;
      var name = "n" + victim;
      survived(
          "kill -9 of " + name + " while " + SERVICE + " is scaled" + of,
          () -> {
            long epoch = operator.counts().getLong("epoch");
            var running = nodes.begin("scale.sh", SERVICE + "=" + MANY);
            operator.awaitAfter(epoch);
            nodes.kill(name);
            var ended =
                operator.told("scale.sh", new String[] {SERVICE + "=" + MANY}, running.await());
            int there = operator.counts(SERVICE).getInteger("actual");
            holds(
                "the answer says what became of it",
                ended.code() == 0
                    ? there == MANY
                    : ended.text().contains("FAILED")
                        || ended.text().contains("are desired")
                        || ended.text().contains("may have been done"),
                ": exit code %d, %d of %d there".formatted(ended.code(), there, MANY));
            within(
                "what was wanted is there after the kill",
                ChaosLimits.KEPT_UP_MAX,
                operator.awaitDesired(SERVICE, MANY, ChaosLimits.KEPT_UP_MAX));
          });
      nodes.start(ChaosLimits.NODES);
      scaled(2);
    }

    private void moreNodes(String round) {
      unfelt("a fourth node" + round, () -> nodes(ChaosLimits.SCALE_NODES_MAX));
      survived("it goes" + round, () -> nodes(ChaosLimits.NODES));
    }

    private void nodes(int count) {
      var ended = operator.nodes(count);
      if (ended.code() != 0) {
        none("nodes=" + count + " did not go well", 1, ": exit code " + ended.code());
      }
    }

    private void refused() {
      long epoch = operator.counts().getLong("epoch");
      var before = operator.counts(SERVICE);
      var dry = operator.scale(SERVICE + "=" + MANY, "--dry-run");
      holds("--dry-run says what would be", dry.code() == 0, "");
      refused("an unknown service", REFUSED, operator.scale("looms=2"), SERVICE);
      refused("an unknown zone", REFUSED, operator.scale(SERVICE + "=2", "--zone", "z"), "a, b, c");
      refused("more than fits", CONFLICT, operator.scale(SERVICE + "=1000"), "0 to 192");
      refused("less than none", REFUSED, operator.scale(SERVICE + "=-1"), "users=4");
      refused("a drain of no node", REFUSED, operator.weft("drain", "n9"), "n1, n2, n3");
      holds(
          "what is refused changes nothing",
          operator.counts().getLong("epoch") == epoch && before.equals(operator.counts(SERVICE)),
          "");
      unfelt(
          SERVICE + " by zone",
          () -> {
            var ended = operator.scale(SERVICE + "=3", "--zone", "a");
            holds(
                "a zone has what it is to have",
                ended.code() == 0
                    && operator.counts(SERVICE).getJsonObject("nodes").getInteger("n1") == 3,
                "");
          });
      scaled(2);
    }

    private void refused(String what, int code, Ended ended, String says) {
      holds(
          what + " is refused, in one line that says what is right",
          ended.code() == code && ended.text().lines().count() == 1 && ended.text().contains(says),
          ended.code() == code ? "" : ": exit code " + ended.code());
    }

    private void twoAtATime() {
      long epoch = operator.counts().getLong("epoch");
      var change = new JsonObject().put("services", new JsonObject().put(SERVICE, 3));
      var statuses = operator.together(change, epoch).stream().map(Operator.Reply::status).toList();
      plan.say("two operators change epoch " + epoch + " at the same time: " + statuses);
      holds(
          "of two who change one epoch, one is refused",
          statuses.stream().sorted().toList().equals(List.of(DONE, CHANGED_MEANWHILE)),
          ": " + statuses);
    }

    private void keptUp() {
      scaled(4);
      survived(
          "kill -9 of n2",
          () -> {
            nodes.kill("n2");
            within(
                "its instances are elsewhere",
                ChaosLimits.KEPT_UP_MAX,
                operator.awaitDesired(SERVICE, 4, ChaosLimits.KEPT_UP_MAX));
          });
      nodes.start(ChaosLimits.NODES);
    }

    /** Every order waits for its reservation, so that the load is in flight and not in the CPU. */
    private void automatic() {
      scaled(1);
      var policies =
          operator.file(
              "scale.yaml",
              """
              services:
                users:
                  operations:
                    users.reserve:
                      faults: [{percent: 100%, delay: 250ms}]
                orders:
                  autoscale: {target: 4, floor: 1, ceiling: 6, coolDownUp: 3s, coolDownDown: 8s}
              """);
      var applied = operator.weft("policy", "apply", policies);
      if (applied.code() != 0) {
        throw new LabException("the policies were not taken: " + applied.text());
      }
      long changes = changes();
      unfelt(
          "automatic scaling",
          () -> {
            var step = load.start(ChaosLimits.SCALE_STEP_RATE, 1);
            int high = most(ChaosLimits.SCALE_STEP);
            step.stop();
            holds("a step of load adds instances", high > 1, ": " + high);
            within(
                "they go when it has gone",
                ChaosLimits.SCALE_STEP,
                operator.awaitDesired(SERVICE, 1, ChaosLimits.SCALE_STEP));
          });
      var why = operator.reasons().stream().filter(each -> each.startsWith("autoscale")).toList();
      why.forEach(plan::say);
      long made = changes() - changes;
      holds(
          "it goes up and then down, and says why",
          once(why.subList(0, (int) Math.min(made, why.size()))),
          ", in " + made + " changes");
      operator.weft("policy", "rollback");
    }

    private long changes() {
      return operator.counts().getLong("epoch");
    }

    /** Looks for a while how many instances there are at most. */
    private int most(Duration longest) {
      long end = time.ticker().nanos() + longest.toNanos();
      int most = 0;
      while (time.ticker().nanos() - end < 0) {
        most = Math.max(most, operator.counts(SERVICE).getInteger("actual"));
        Patience.pause(ChaosLimits.SETTLE);
      }
      return most;
    }

    /** Returns whether changes, the newest first, went up and then down, and not to and fro. */
    private static boolean once(List<String> newestFirst) {
      boolean up = false;
      for (var why : newestFirst) {
        boolean adds = ScaleRow.adds(why);
        if ((up && !adds) || !why.contains("in flight, target")) {
          return false;
        }
        up |= adds;
      }
      return up;
    }

    private void restarted() {
      scaled(2);
      nodes.stop();
      nodes.start(ChaosLimits.NODES);
      within(
          "desired counts outlive a restart of all nodes",
          ChaosLimits.KEPT_UP_MAX,
          operator.awaitDesired(SERVICE, 2, ChaosLimits.KEPT_UP_MAX));
    }
  }

  /** Returns whether a change, told as {@code autoscale orders: 2 -> 4: …}, adds instances. */
  static boolean adds(String why) {
    var numbers = why.split(": ", 3)[1].split(" -> ", 2);
    return Integer.parseInt(numbers[1].replaceAll("[^0-9].*", "")) > Integer.parseInt(numbers[0]);
  }
}
