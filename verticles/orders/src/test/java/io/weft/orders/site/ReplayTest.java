package io.weft.orders.site;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.weft.mesh.MeshFailure;
import io.weft.orders.OrdersLimits;
import io.weft.orders.api.PlaceOrder;
import io.weft.orders.api.ReplayOrder;
import io.weft.orders.api.ReplayedOrder;
import io.weft.orders.api.ReplayedOrder.Outcome;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** In which order a journal is brought to the hub, and what ends that. */
class ReplayTest {
  private static final UUID ADA = new UUID(0, 1);
  private static final UUID BOB = new UUID(0, 2);
  private final Memory journal = new Memory();
  private final List<Long> asked = new ArrayList<>();

  /** A journal in memory. */
  private static final class Memory implements Journal {
    private final Map<Long, JournalEntry> waiting = new LinkedHashMap<>();
    private final Map<Long, Verdict> settled = new LinkedHashMap<>();

    @Override
    public Future<List<JournalEntry>> next(int most, Set<UUID> without) {
      return Future.succeededFuture(
          waiting.values().stream()
              .filter(entry -> !without.contains(entry.userId()))
              .limit(most)
              .toList());
    }

    @Override
    public Future<Void> settle(JournalEntry entry, Verdict verdict) {
      waiting.remove(entry.position());
      settled.put(entry.position(), verdict);
      return Future.succeededFuture();
    }
  }

  private void add(long position, UUID user, ReplayOrder.Promise promise) {
    journal.waiting.put(
        position,
        new JournalEntry(
            position,
            new UUID(9, 9),
            new UUID(1, position),
            user,
            "key " + position,
            promise,
            new PlaceOrder(user.toString(), "EUR", List.of(), null),
            10));
  }

  private void add(long position, UUID user) {
    add(position, user, ReplayOrder.Promise.CONFIRMED);
  }

  private Future<Verdict> accept(JournalEntry entry) {
    asked.add(entry.position());
    return Future.succeededFuture(new Verdict.Accepted(entry.orderId().toString()));
  }

  @Test
  void allOrdersAreBroughtInTheirOrder() {
    int orders = 3 * OrdersLimits.REPLAY_BATCH + 1;
    for (int i = 1; i <= orders; i++) {
      add(i, ADA);
    }
    var report = new Replay(journal, this::accept).run().result();
    assertEquals(orders, report.accepted());
    assertNull(report.stopped());
    assertEquals(asked, List.copyOf(journal.settled.keySet()));
    assertEquals(asked.stream().sorted().toList(), asked);
  }

  @Test
  void theNextOrderOfAUserWaitsForTheOneBeforeAndThoseOfOthersDoNot() {
    add(1, ADA);
    add(2, ADA);
    add(3, BOB);
    Map<Long, Promise<Verdict>> open = new LinkedHashMap<>();
    var report =
        new Replay(
                journal,
                entry -> {
                  asked.add(entry.position());
                  return open.computeIfAbsent(entry.position(), p -> Promise.promise()).future();
                })
            .run();
    assertEquals(List.of(1L, 3L), asked);
    open.values().iterator().next().complete(new Verdict.Accepted("1"));
    assertEquals(List.of(1L, 3L, 2L), asked);
    assertEquals(false, report.isComplete());
  }

  @Test
  void aHubThatCannotBeAskedEndsItAndTheRestStays() {
    for (int i = 1; i <= 5; i++) {
      add(i, ADA);
    }
    var cut = new MeshFailure.Unknown("the link was cut");
    var replay =
        new Replay(
            journal, entry -> entry.position() < 3 ? accept(entry) : Future.failedFuture(cut));
    var report = replay.run().result();
    assertEquals(2, report.accepted());
    assertSame(cut, report.stopped());
    assertEquals(List.of(3L, 4L, 5L), List.copyOf(journal.waiting.keySet()));

    assertEquals(3, new Replay(journal, this::accept).run().result().accepted());
  }

  @Test
  void whoseOrderTheHubCannotDecideOnIsPassedOverAndTheOthersAreNot() {
    add(1, ADA);
    add(2, BOB);
    add(3, ADA);
    add(4, BOB);
    var report = new Replay(journal, this::acceptButOfAda).run().result();
    assertEquals(List.of(1L, 2L, 4L), asked);
    assertEquals(2, report.accepted());
    assertInstanceOf(MeshFailure.Unknown.class, report.stopped());
    assertEquals(List.of(1L, 3L), List.copyOf(journal.waiting.keySet()));
    assertNull(new Replay(journal, this::accept).run().result().stopped());
  }

  private Future<Verdict> acceptButOfAda(JournalEntry entry) {
    var accepted = accept(entry);
    return entry.userId().equals(ADA)
        ? Future.succeededFuture(new Verdict.Undecided("parked"))
        : accepted;
  }

  @Test
  void aHubThatDecidesOnNothingIsLeftAlone() {
    for (int i = 1; i <= 2 * OrdersLimits.UNDECIDED_USERS_MAX; i++) {
      add(i, new UUID(0, i));
    }
    var report =
        new Replay(
                journal,
                entry -> {
                  asked.add(entry.position());
                  return Future.succeededFuture(new Verdict.Undecided("busy"));
                })
            .run()
            .result();
    assertInstanceOf(MeshFailure.Unknown.class, report.stopped());
    assertEquals(OrdersLimits.UNDECIDED_USERS_MAX, asked.size());
  }

  @Test
  void aRefusedJournalEndsItAndNothingIsSettled() {
    add(1, ADA);
    var report =
        new Replay(journal, entry -> Future.succeededFuture(new Verdict.JournalRefused("closed")))
            .run()
            .result();
    assertInstanceOf(Replay.JournalRefusedException.class, report.stopped());
    assertEquals(Map.of(), journal.settled);
  }

  @Test
  void whatWasPromisedIsNeverRejected() {
    add(1, ADA, ReplayOrder.Promise.CONFIRMED);
    add(2, ADA, ReplayOrder.Promise.PROVISIONAL);
    var report =
        new Replay(journal, entry -> Future.succeededFuture(new Verdict.Rejected("why")))
            .run()
            .result();
    assertEquals(new Verdict.Disputed("why"), journal.settled.get(1L));
    assertEquals(new Verdict.Rejected("why"), journal.settled.get(2L));
    assertEquals(List.of(1L, 1L), List.of(report.rejected(), report.disputed()));
  }

  @Test
  void twoWhoReplayAtOnceAreOne() {
    add(1, ADA);
    Promise<Verdict> open = Promise.promise();
    var replay =
        new Replay(
            journal,
            entry -> {
              asked.add(entry.position());
              return open.future();
            });
    var first = replay.run();
    assertSame(first, replay.run());
    open.complete(new Verdict.Accepted("1"));
    assertEquals(List.of(1L), asked);
    assertEquals(1, first.result().accepted());
  }

  @Test
  void whatTheHubAnswersIsAVerdictOnlyWhenItIsOne() {
    add(1, ADA);
    var entry = journal.waiting.get(1L);
    assertEquals(
        new Verdict.Accepted("x"),
        verdict(entry, Future.succeededFuture(new ReplayedOrder("x", Outcome.ACCEPTED, null))));
    assertEquals(
        new Verdict.Disputed("why"),
        verdict(entry, Future.succeededFuture(new ReplayedOrder("x", Outcome.DISPUTED, "why"))));
    assertEquals(
        new Verdict.JournalRefused("escrow.journal_closed: wait"),
        verdict(entry, failed("escrow.journal_closed", "wait")));
    assertEquals(
        new Verdict.Rejected("request.invalid: sku"),
        verdict(entry, failed("request.invalid", "sku")));
    assertInstanceOf(
        Verdict.Undecided.class,
        verdict(entry, Future.succeededFuture(new ReplayedOrder("x", Outcome.PENDING, null))));
    assertInstanceOf(Verdict.Undecided.class, verdict(entry, failed("order.in_progress", "wait")));
    Future<ReplayedOrder> cut = Future.failedFuture(new MeshFailure.NotSent("cut"));
    assertEquals(true, HubOrders.by("edge", request -> cut).place(entry).failed());
  }

  private static Future<ReplayedOrder> failed(String code, String message) {
    return Future.failedFuture(new MeshFailure.Application(code, message));
  }

  private static Verdict verdict(JournalEntry entry, Future<ReplayedOrder> answer) {
    return HubOrders.by("edge", request -> answer).place(entry).result();
  }
}
