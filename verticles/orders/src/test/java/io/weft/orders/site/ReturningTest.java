package io.weft.orders.site;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.weft.mesh.MeshFailure;
import io.weft.mesh.time.VirtualTime;
import io.weft.orders.api.PlaceOrder;
import io.weft.orders.api.ReplayOrder;
import io.weft.users.api.EscrowJournal;
import io.weft.users.api.EscrowJournal.State;
import io.weft.users.api.OpenEscrow;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** How a site comes back to its hub, with a journal in memory and a clock moved by hand. */
final class ReturningTest {
  private static final Duration ROUND = Duration.ofMillis(1_300);

  private final VirtualTime time = new VirtualTime(1);
  private final Memory journal = new Memory();
  private final List<String> told = new ArrayList<>();
  private final List<OpenEscrow> opened = new ArrayList<>();
  private Function<OpenEscrow, Future<EscrowJournal>> hub = this::accept;
  private Future<Verdict> verdict = Future.succeededFuture(new Verdict.Accepted("hub"));
  private final Returning site =
      new Returning(
          "edge",
          journal,
          request -> {
            opened.add(request);
            return hub.apply(request);
          },
          entry -> verdict,
          new Told(),
          time,
          time.time().rng());

  /** A journal in memory, which is nobody else's. */
  private static final class Memory implements SiteJournal {
    private final TreeMap<Long, JournalEntry> waiting = new TreeMap<>();
    private UUID incarnation = new UUID(1, 1);
    private long position = 5;
    private boolean others;

    @Override
    public Future<Standing> standing() {
      return Future.succeededFuture(new Standing(incarnation, position, waiting.size()));
    }

    @Override
    public Future<Boolean> waits() {
      return Future.succeededFuture(!waiting.isEmpty());
    }

    @Override
    public Future<Boolean> take() {
      return Future.succeededFuture(!others);
    }

    @Override
    public Future<Boolean> renewIf(Function<Standing, Future<Boolean>> isVoid) {
      return standing()
          .compose(isVoid)
          .onSuccess(
              yes -> {
                if (yes) {
                  incarnation = new UUID(1, incarnation.getLeastSignificantBits() + 1);
                }
              });
    }

    @Override
    public Future<List<JournalEntry>> next(int most, Set<UUID> without) {
      return Future.succeededFuture(List.copyOf(waiting.values()));
    }

    @Override
    public Future<Void> settle(JournalEntry entry, Verdict verdict) {
      waiting.remove(entry.position());
      return Future.succeededFuture();
    }

    void add() {
      UUID user = new UUID(0, 1);
      waiting.put(
          ++position,
          new JournalEntry(
              position,
              incarnation,
              new UUID(2, position),
              user,
              "key",
              ReplayOrder.Promise.CONFIRMED,
              new PlaceOrder(user.toString(), "EUR", List.of(), null),
              1));
    }
  }

  /** Writes down what is told. */
  private final class Told implements Returning.Listener {
    @Override
    public void linked() {
      told.add("linked");
    }

    @Override
    public void alone(String why, boolean undecided) {
      told.add((undecided ? "undecided: " : "alone: ") + why);
    }

    @Override
    public void renewed(String why) {
      told.add("renewed");
    }
  }

  private Future<EscrowJournal> accept(OpenEscrow request) {
    return Future.succeededFuture(
        new EscrowJournal("edge", String.valueOf(request.incarnation()), State.OPEN, 1, Map.of()));
  }

  private static <T> Future<T> refuse(String code) {
    return Future.failedFuture(new MeshFailure.Application(code, "no"));
  }

  private void link() {
    site.start();
    assertEquals(Mode.LINKED, site.mode());
    told.clear();
    opened.clear();
  }

  @Test
  void itBeginsAloneAndIsLinkedOnceTheHubKnowsItsJournalAndNothingWaits() {
    assertEquals(Mode.ALONE, site.mode());
    journal.add();
    site.start();
    assertEquals(Mode.LINKED, site.mode());
    assertEquals(List.of("linked"), told);
    assertEquals(0, journal.waiting.size());
    assertEquals(List.of(new OpenEscrow("edge", new UUID(1, 1).toString(), 6L)), opened);
  }

  @Test
  void whatIsLostMakesItAloneAndItTriesAgainAndAgain() {
    link();
    hub = request -> Future.failedFuture(new MeshFailure.NotSent("cut"));
    site.lost(new MeshFailure.Unknown("no answer in 999 ms"));
    site.lost(new MeshFailure.Unknown("no answer in 998 ms"));
    assertEquals(Mode.ALONE, site.mode());
    for (int i = 0; i < 60; i++) {
      time.advance(ROUND);
    }
    assertTrue(opened.size() >= 60, opened.size() + " tries");
    // A cut that lasts is not told of each second.
    assertEquals(
        List.of("alone: the hub cannot be asked: no answer in 999 ms", "alone: cut"), told);
    hub = this::accept;
    time.advance(ROUND);
    assertEquals(Mode.LINKED, site.mode());
  }

  @Test
  void whatAnotherInstanceHasLeftInTheJournalIsFoundAndBrought() {
    link();
    journal.add();
    time.advance(ROUND);
    assertEquals(List.of("alone: orders wait in the journal", "linked"), told);
    assertEquals(0, journal.waiting.size());
  }

  @Test
  void whileItIsTheTurnOfAnotherItWaitsUntilNothingIsLeft() {
    journal.add();
    journal.others = true;
    site.start();
    time.advance(ROUND);
    assertEquals(Mode.ALONE, site.mode());
    assertEquals(1, journal.waiting.size());
    journal.waiting.clear();
    time.advance(ROUND);
    assertEquals(Mode.LINKED, site.mode());
  }

  @Test
  void itIsNotLinkedWhileAnythingWaits() {
    journal.add();
    verdict = Future.failedFuture(new MeshFailure.Unknown("cut in the middle"));
    site.start();
    assertEquals(List.of("alone: cut in the middle"), told);
    verdict = Future.succeededFuture(new Verdict.Accepted("hub"));
    time.advance(ROUND);
    assertEquals(Mode.LINKED, site.mode());
  }

  @Test
  void aJournalThatOnlySeemsOlderIsAskedAboutAgainAndStays() {
    // Another instance has told the hub of position 9 before this one has read it.
    hub =
        request -> {
          boolean first = opened.size() == 1;
          journal.position = 9;
          return first ? refuse("escrow.journal_older") : accept(request);
        };
    site.start();
    assertEquals(new UUID(1, 1), journal.incarnation);
    assertEquals(List.of("linked"), told);
    assertEquals(9, opened.get(1).position());
  }

  @Test
  void aJournalThatIsOlderBeginsAnew() {
    hub =
        request ->
            new UUID(1, 1).toString().equals(request.incarnation())
                ? refuse("escrow.journal_older")
                : accept(request);
    site.start();
    assertNotEquals(new UUID(1, 1), journal.incarnation);
    assertEquals(List.of("renewed", "linked"), told);
  }

  @Test
  void aJournalThatAnOperatorHasFreedBeginsAnew() {
    hub =
        request ->
            new UUID(1, 1).toString().equals(request.incarnation())
                ? refuse("escrow.journal_freed")
                : accept(request);
    site.start();
    assertEquals(List.of("renewed", "linked"), told);
  }

  @Test
  void aHubThatCannotBeAskedAgainMakesNoJournalVoid() {
    hub =
        request ->
            opened.size() == 1
                ? refuse("escrow.journal_older")
                : Future.failedFuture(new MeshFailure.Unknown("cut"));
    site.start();
    assertEquals(new UUID(1, 1), journal.incarnation);
    assertEquals(List.of("alone: cut"), told);
  }

  @Test
  void whatAnOperatorHasToDecideIsSaidOnceAndWaitedFor() {
    hub = request -> refuse("escrow.journal_other");
    site.start();
    time.advance(ROUND);
    time.advance(ROUND);
    assertEquals(List.of("undecided: escrow.journal_other: no"), told);
    hub = this::accept;
    time.advance(ROUND);
    assertEquals(Mode.LINKED, site.mode());
  }

  @Test
  void aHubThatTakesNoOrderOfTheJournalLeavesItUndecided() {
    journal.add();
    verdict = Future.succeededFuture(new Verdict.JournalRefused("escrow.journal_closed: wait"));
    site.start();
    assertEquals(1, told.size());
    assertTrue(told.get(0).startsWith("undecided: "), told.get(0));
    assertEquals(1, journal.waiting.size());
  }

  @Test
  void onceItIsStoppedItIsNotLinkedAnyMore() {
    Promise<EscrowJournal> late = Promise.promise();
    hub = request -> late.future();
    site.start();
    site.stop();
    late.complete(accept(new OpenEscrow("edge", journal.incarnation.toString(), 5L)).result());
    time.advance(ROUND);
    assertEquals(Mode.ALONE, site.mode());
    assertEquals(List.of(), told);
    assertEquals(0, time.pending());
  }
}
