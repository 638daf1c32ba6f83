package io.weft.lab.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.weft.orders.site.Purse;
import io.weft.users.EscrowAccount;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The laws of escrow hold in two hundred worlds of a hub and its sites, and each of them bites. */
class SiteSimulationTest {
  /** Worlds of each build. More: scripts/sim.sh sites --seeds N. */
  private static final int SEEDS = 50;

  /** Worlds in which a broken rule is to be found out. */
  private static final int BITES = 20;

  @ParameterizedTest
  @ValueSource(longs = {1, 51, 101, 151})
  void noLawIsBrokenInAnyWorld(long first) {
    long promised = 0;
    long rejected = 0;
    for (long seed = first; seed < first + SEEDS; seed++) {
      var result = SiteSimulation.run(seed, new SiteParts(), null);
      assertNull(
          result.violation(),
          String.join(System.lineSeparator(), result.lines())
              + System.lineSeparator()
              + "again: scripts/sim.sh sites --seed "
              + seed
              + " --verbose");
      promised += result.promised();
      rejected += result.rejected();
    }
    assertTrue(promised > 10 * SEEDS, promised + " promised");
    assertTrue(rejected > SEEDS, rejected + " rejected");
  }

  @Test
  void theSameSeedTakesTheSameSteps() {
    var once = SiteSimulation.run(7, new SiteParts(), null);
    var again = SiteSimulation.run(7, new SiteParts(), null);
    assertEquals(once, again);
    assertNotEquals(once.hash(), SiteSimulation.run(8, new SiteParts(), null).hash());
  }

  @Test
  void tenThousandOrdersOfAWeekAloneAreSettled() {
    var result = SiteSimulation.week(1, null);
    assertNull(result.violation(), () -> String.join(System.lineSeparator(), result.lines()));
    assertTrue(result.journaled() >= 10_000, result.journaled() + " journaled");
    assertTrue(result.promised() >= 3_000, result.promised() + " promised");
    assertEquals(result.journaled(), result.accepted() + result.rejected());
  }

  @Test
  void aGrantThatIsNotTakenOffTheHubIsFoundOut() {
    assertBites(
        Set.of(SiteLaws.BOOKS),
        new SiteParts() {
          @Override
          EscrowAccount.Change granted(EscrowAccount.Change change) {
            return new EscrowAccount.Change(change.account(), change.amount(), 0);
          }
        });
  }

  @Test
  void aPurseThatForgetsWhatItSpendsIsFoundOut() {
    assertBites(
        Set.of(SiteLaws.LOCKED),
        new SiteParts() {
          @Override
          Purse spend(Purse purse, long total) {
            return purse;
          }
        });
  }

  @Test
  void aSiteThatTellsBeforeItGivesUpIsFoundOut() {
    assertBites(
        Set.of(SiteLaws.LOCKED),
        new SiteParts() {
          @Override
          boolean givesUpFirst() {
            return false;
          }
        });
  }

  @Test
  void aHubThatSettlesAnOrderTwiceIsFoundOut() {
    assertBites(
        Set.of(SiteLaws.LOCKED, SiteLaws.PROMISE),
        new SiteParts() {
          @Override
          boolean knowsSettled() {
            return false;
          }
        });
  }

  @Test
  void aBackupThatPretendsToBeTheJournalIsFoundOut() {
    assertBites(
        Set.of(SiteLaws.LOCKED, SiteLaws.ORDER),
        new SiteParts() {
          @Override
          boolean renewsRestored() {
            return false;
          }
        });
  }

  private static void assertBites(Set<String> laws, SiteParts broken) {
    for (long seed = 1; seed <= BITES; seed++) {
      var violation = SiteSimulation.run(seed, broken, null).violation();
      if (violation != null) {
        assertTrue(laws.contains(violation.law()), violation.getMessage());
        return;
      }
    }
    throw new AssertionError("nobody noticed (expected: " + laws + ")");
  }
}
