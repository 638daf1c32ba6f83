package io.weft.mesh.server;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.weft.mesh.MeshFailure;
import io.weft.mesh.MeshFailure.NotSent;
import io.weft.mesh.MeshFailure.Rejected;
import io.weft.mesh.MeshFailure.Unknown;
import io.weft.mesh.MeshLimits;
import io.weft.mesh.Priority;
import io.weft.mesh.Reply;
import io.weft.mesh.Request;
import io.weft.mesh.Step;
import io.weft.mesh.policy.AdmissionPolicy;
import io.weft.mesh.policy.Policies;
import io.weft.mesh.time.Ticker;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Decides what an instance takes on, and when: so many requests at a time as do well together, a
 * bounded line of those that can still be answered in time, and none once it drains.
 *
 * <p>A request runs at once when there is room. Otherwise it waits, unless as many wait as may, or
 * its turn would come too late: both are known at once, while the caller can still go elsewhere.
 * When its turn comes it is looked at again. Those that matter more go first, and take the place of
 * one that matters less when the line is full; some room to run is kept for critical ones alone, so
 * that they are served however much else there is.
 *
 * <p>For the instance's event loop.
 */
public final class Admission {
  /** How much one turn counts in how fast the line moves: the last few dozen decide. */
  private static final double TURN_WEIGHT = 1.0 / 32;

  private static final double NANOS_PER_MILLI = 1e6;

  private final Ticker ticker;
  private final String service;
  private final Supplier<Policies> policies;
  private final AdaptiveLimit limit;
  private final WaitingLine line = new WaitingLine();
  private final Tickets running = new Tickets();
  private final Promise<Void> drained = Promise.promise();
  private @Nullable Policies seen;
  private AdmissionPolicy policy = AdmissionPolicy.DEFAULT;
  private boolean draining;
  private long lookedForOverdueNanos;
  private long lastTurnNanos;

  /** How long one of the line begins after the one before it; 0 when nobody knows. */
  private double turnNanos;

  /**
   * Creates the admission of an instance that runs nothing.
   *
   * @param service the service that the instance serves
   * @param policies what this node goes by at present
   */
  public Admission(Ticker ticker, String service, Supplier<Policies> policies) {
    this.ticker = ticker;
    this.service = service;
    this.policies = policies;
    lookedForOverdueNanos = ticker.nanos();
    limit = new AdaptiveLimit(lookedForOverdueNanos);
  }

  /** Returns the step through which the requests of an operation come in. */
  Step door(String operation, Step inside) {
    return new Door(this, ticker, operation, inside);
  }

  /** Returns how many calls run; those that were answered at once never counted. */
  public int running() {
    return running.size();
  }

  /** Returns how many calls wait for their turn. */
  public int waiting() {
    return line.size();
  }

  /** Returns how many calls may run at a time, as far as is known by now. */
  public int limit() {
    return limit.whole();
  }

  /**
   * Returns how much the instance has to do: 0 for nothing, 1 when as many calls run as may, more
   * when further ones wait.
   */
  public double load() {
    return (double) (running.size() + line.size()) / limit();
  }

  /**
   * Takes nothing on from now on, and hands back what has not begun.
   *
   * @return completes when nothing runs any more
   */
  public Future<Void> drain() {
    draining = true;
    for (var ticket = line.first(); ticket != null; ticket = line.first()) {
      line.remove(ticket);
      ticket.refuse(new NotSent(ticket.request().operation() + " never ran: its instance stops"));
    }
    tellWhenDrained();
    return drained.future();
  }

  /** Answers what still runs: otherwise its callers would hear only that the node is gone. */
  public void abandon() {
    abandon(ticket -> true, "was still running when its instance stopped");
  }

  /** Returns whether nothing is taken on any more. */
  public boolean draining() {
    return draining;
  }

  /**
   * Returns what this node goes by at present. Policies are replaced as a whole, so another object
   * is another epoch; their content is not compared, as that would cost as much as to look it up.
   */
  @SuppressWarnings("ReferenceEquality")
  Policies policies() {
    var present = policies.get();
    if (present != seen) {
      seen = present;
      policy = present.services().getOrDefault(service, present.defaults()).admission();
      limit.atMost(policy.runningMax());
    }
    return present;
  }

  /** Runs a request, lets it wait, or refuses it. */
  Future<Reply> admit(Door door, Request request) {
    if (mayBegin(request)) {
      return begin(door, request);
    }
    limit.press();
    long now = ticker.nanos();
    if (forgetOverdue(now) && mayBegin(request)) {
      return begin(door, request);
    }
    var refusal = refusal(door, request, now);
    return refusal == null ? wait(door, request, now) : Future.failedFuture(refusal);
  }

  private boolean mayBegin(Request request) {
    return hasRoom(request.priority()) && line.ahead(request.priority()) == 0;
  }

  private boolean hasRoom(Priority priority) {
    int most = limit.now();
    return running.size()
        < (priority == Priority.CRITICAL ? most : most - most / MeshLimits.CRITICAL_ONE_IN);
  }

  private Future<Reply> begin(Door door, Request request) {
    long now = ticker.nanos();
    var answer = door.pass(request);
    if (answer.isComplete()) {
      return answer;
    }
    var ticket = new Ticket(this, door, request);
    run(ticket, answer, now);
    return ticket.answer();
  }

  private void run(Ticket ticket, Future<Reply> answer, long nowNanos) {
    running.add(ticket);
    ticket.started(nowNanos, limit.begins(nowNanos, running.size()));
    answer.onComplete(ticket);
  }

  private Future<Reply> wait(Door door, Request request, long nowNanos) {
    if (line.size() == 0) {
      lastTurnNanos = nowNanos;
    }
    var ticket = new Ticket(this, door, request);
    line.add(ticket);
    return ticket.answer();
  }

  /** Returns why a request may not even wait, or null if it may; makes room for it then. */
  private @Nullable MeshFailure refusal(Door door, Request request, long nowNanos) {
    var useless = request.useless("it ran");
    if (useless != null) {
      return useless;
    }
    if (policy.queueMax() == 0) {
      return overloaded(running.size() + " calls are running (limit: " + limit() + ")");
    }
    int ahead = line.ahead(request.priority());
    double needsNanos = (ahead + 1) * turnNanos + door.needsNanos();
    if (ahead > 0 && needsNanos > request.deadline().atNanos() - nowNanos) {
      return overloaded(
          "an answer would take "
              + millis(needsNanos)
              + " ms, with "
              + ahead
              + " calls that wait (expected: within "
              + millis((double) (request.deadline().atNanos() - nowNanos))
              + " ms)");
    }
    return line.size() < policy.queueMax() || makeRoom(request.priority(), nowNanos)
        ? null
        : overloaded(line.size() + " calls wait (limit: " + policy.queueMax() + ")");
  }

  /** What is too late anyway goes first, then what would wait longest and matters less. */
  private boolean makeRoom(Priority priority, long nowNanos) {
    var late = line.firstExpired(nowNanos);
    if (late != null) {
      line.remove(late);
      late.refuse(late.request().useless("it ran"));
      return true;
    }
    var least = line.lastBelow(priority);
    if (least == null) {
      return false;
    }
    line.remove(least);
    least.refuse(overloaded("a call that matters more took the place where this one waited"));
    return true;
  }

  /** A call has ended that was not answered at once. */
  void finished(Ticket ticket, @Nullable Throwable failure) {
    running.remove(ticket);
    ticket.door().learn(ticket, failure, limit, ticker.nanos());
  }

  /** Lets those of the line begin that there is room for. */
  void turn() {
    for (var ticket = line.first();
        ticket != null && hasRoom(ticket.request().priority());
        ticket = line.first()) {
      line.remove(ticket);
      turn(ticket);
    }
    tellWhenDrained();
  }

  private void turn(Ticket ticket) {
    long now = ticker.nanos();
    var late = tooLate(ticket, now);
    if (late != null) {
      ticket.refuse(late);
      return;
    }
    turnNanos += (now - lastTurnNanos - turnNanos) * (turnNanos == 0 ? 1 : TURN_WEIGHT);
    lastTurnNanos = now;
    var answer = ticket.door().pass(ticket.request());
    if (answer.isComplete()) {
      ticket.answer(answer.result(), answer.cause());
    } else {
      run(ticket, answer, now);
    }
  }

  private @Nullable MeshFailure tooLate(Ticket ticket, long nowNanos) {
    var useless = ticket.request().useless("it ran");
    if (useless != null) {
      return useless;
    }
    long leftNanos = ticket.request().deadline().atNanos() - nowNanos;
    double needsNanos = ticket.door().needsNanos();
    return line.size() > 0 && leftNanos < needsNanos // The last one may as well try.
        ? overloaded(
            "its turn came too late: it needs "
                + millis(needsNanos)
                + " ms (expected: within "
                + millis((double) leftNanos)
                + " ms)")
        : null;
  }

  private static long millis(double nanos) {
    return Math.round(nanos / NANOS_PER_MILLI);
  }

  /** A handler that never answers would otherwise hold its place for good. */
  private boolean forgetOverdue(long nowNanos) {
    if (nowNanos - lookedForOverdueNanos < MeshLimits.OVERDUE_INTERVAL.toNanos()) {
      return false;
    }
    lookedForOverdueNanos = nowNanos;
    long before = nowNanos - MeshLimits.OVERDUE.toNanos();
    abandon(
        ticket -> ticket.request().deadline().atNanos() - before < 0,
        "was not answered long after its deadline");
    return true;
  }

  private void abandon(Predicate<Ticket> concerned, String why) {
    List<Ticket> concern = new ArrayList<>();
    for (var ticket = running.first(); ticket != null; ticket = ticket.next()) {
      if (concerned.test(ticket)) {
        concern.add(ticket);
      }
    }
    for (var ticket : concern) {
      running.remove(ticket);
      ticket.refuse(new Unknown(ticket.request().operation() + " " + why));
    }
    turn();
  }

  private void tellWhenDrained() {
    if (draining && running.size() == 0) {
      drained.tryComplete();
    }
  }

  private static Rejected overloaded(String message) {
    return new Rejected(Rejected.Reason.OVERLOADED, message, MeshLimits.RETRY_AFTER);
  }
}
