package io.weft.orders.site;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.weft.mesh.MeshFailure;
import io.weft.orders.api.ReplayOrder.Promise;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What a site may spend and promise, hold and give up, and what its journal takes. */
class PurseTest {
  private static final Purse HUNDRED = Purse.empty("EUR").accept(1, 100);

  @Test
  void anOrderIsPromisedWhenItFitsAndInItsCurrencyOnly() {
    assertEquals(Promise.CONFIRMED, Purse.promise(HUNDRED, "EUR", 100));
    assertEquals(Promise.PROVISIONAL, Purse.promise(HUNDRED, "EUR", 101));
    assertEquals(Promise.PROVISIONAL, Purse.promise(HUNDRED, "USD", 1));
    assertEquals(Promise.PROVISIONAL, Purse.promise(HUNDRED.spend(60), "EUR", 41));
    assertEquals(Promise.CONFIRMED, Purse.promise(HUNDRED.spend(60), "EUR", 40));
  }

  @Test
  void nothingIsPromisedToWhomTheHubHasGrantedNothing() {
    assertEquals(Promise.PROVISIONAL, Purse.promise(null, "EUR", 0));
    assertEquals(Promise.PROVISIONAL, Purse.promise(Purse.empty("EUR"), "EUR", 0));
  }

  @Test
  void aGrantCountsOnceAndInItsTurn() {
    assertEquals(HUNDRED, HUNDRED.accept(1, 100));
    assertEquals(HUNDRED, HUNDRED.accept(1, 999));
    assertEquals(150, HUNDRED.accept(2, 50).available());
    assertThrows(MeshFailure.Application.class, () -> HUNDRED.accept(3, 50));
  }

  @Test
  void whatIsGivenUpIsNotThereAnyMoreWhoeverHearsOfIt() {
    var purse = HUNDRED.spend(30).giveUp(50);
    assertEquals(20, purse.available());
    assertEquals(20, purse.returned(50).available());
    assertEquals(0, purse.giveUp(1_000).available());
    assertEquals(purse, purse.giveUp(-1));
  }

  @Test
  void whatTheHubHasTakenBackIsKnownOnceAndNeverLess() {
    var purse = HUNDRED.giveUp(50).returned(50);
    assertEquals(purse, purse.returned(20));
    assertEquals(50, purse.returned(80).returned());
  }

  @Test
  void aPurseIsNeverOverdrawn() {
    assertThrows(IllegalArgumentException.class, () -> HUNDRED.spend(101));
    assertThrows(IllegalArgumentException.class, () -> new Purse("EUR", 1, 100, 60, 41, 0));
    assertThrows(IllegalArgumentException.class, () -> new Purse("EUR", 1, 100, 0, 10, 11));
  }

  @Test
  void aSliceIsAskedForWhenLittleIsLeftAndGivenUpWhenThereIsTooMuch() {
    var policy = new SlicePolicy(1_000, 500, 2_000);
    assertEquals(100, policy.wanted(Purse.empty("EUR"), 1_000));
    assertEquals(50, policy.wanted(HUNDRED.spend(50), 1_000));
    assertEquals(0, policy.wanted(HUNDRED.spend(49), 1_000));
    assertEquals(0, policy.surplus(HUNDRED.accept(2, 100), 1_000));
    assertEquals(101, policy.surplus(HUNDRED.accept(2, 101), 1_000));
    assertEquals(
        Long.MAX_VALUE / 10, policy.wanted(Purse.empty("EUR"), Long.MAX_VALUE), "no overflow");
  }

  @Test
  void aPolicyThatAsksForMoreThanItKeepsIsRefused() {
    assertThrows(IllegalArgumentException.class, () -> new SlicePolicy(500, 501, 1_000));
    assertThrows(IllegalArgumentException.class, () -> new SlicePolicy(1_001, 500, 1_000));
    assertThrows(IllegalArgumentException.class, () -> new SlicePolicy(1_000, 500, 10_001));
  }

  @Test
  void aJournalIsFullByNumberAndByAge() {
    var bound = new JournalBound(2, Duration.ofDays(2));
    bound.admit(1, Duration.ofDays(2));
    var rows = assertThrows(MeshFailure.Rejected.class, () -> bound.admit(2, Duration.ofHours(1)));
    assertEquals(MeshFailure.Rejected.Reason.UNAVAILABLE, rows.reason());
    assertThrows(MeshFailure.Rejected.class, () -> bound.admit(1, Duration.ofHours(49)));
  }
}
