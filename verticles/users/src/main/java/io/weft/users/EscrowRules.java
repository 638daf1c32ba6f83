package io.weft.users;

import io.weft.mesh.MeshFailure;
import io.weft.users.api.DecideEscrow.Decision;
import io.weft.users.api.EscrowJournal.State;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/**
 * What may be done with the journal of a site, by its state. Each method throws the failure of what
 * may not; {@link EscrowAccount} has the rules about amounts. The store and the simulation both go
 * by these.
 */
public final class EscrowRules {
  private EscrowRules() {}

  /**
   * What is known of a journal.
   *
   * @param state what may be done with it
   * @param position how far its site has come with it, as far as the hub was told
   */
  public record Journal(State state, long position) {}

  /**
   * Returns a journal that its site begins or goes on with.
   *
   * @param known the journal as it is, or null for one of which nobody has heard
   * @param position how far the site has come with it
   * @param others the states of all other journals of the site
   * @throws MeshFailure.Application {@code escrow.journal_older}, {@code escrow.journal_closed},
   *     {@code escrow.journal_freed}, {@code escrow.journal_other}
   */
  public static Journal open(@Nullable Journal known, long position, Collection<State> others) {
    if (known == null) {
      // Two at once would hold the same credit: what the other one has is to be decided on first.
      if (others.contains(State.OPEN) || others.contains(State.CLOSED)) {
        throw EscrowFailures.otherJournal();
      }
      return new Journal(State.OPEN, position);
    }
    if (position < known.position()) {
      throw EscrowFailures.olderJournal(position, known.position());
    }
    settles(known.state());
    return new Journal(known.state(), position);
  }

  /**
   * Checks that credit may be granted to a journal.
   *
   * @throws MeshFailure.Application {@code escrow.journal_closed}, {@code escrow.journal_freed}
   */
  public static void grants(State state) {
    if (state != State.OPEN) {
      throw state == State.FREED ? EscrowFailures.freed() : EscrowFailures.closed(state);
    }
  }

  /**
   * Checks that orders of a journal may be settled, and credit taken back from it.
   *
   * @throws MeshFailure.Application {@code escrow.journal_closed}, {@code escrow.journal_freed}
   */
  public static void settles(State state) {
    if (state == State.CLOSED) {
      throw EscrowFailures.closed(state);
    }
    if (state == State.FREED) {
      throw EscrowFailures.freed();
    }
  }

  /** Returns the state of a journal whose site is revoked. */
  public static State close(State state) {
    return state == State.FREED ? State.FREED : State.CLOSED;
  }

  /**
   * Returns the state of a journal after an operator has decided.
   *
   * @param others the states of all other journals of the site
   * @throws MeshFailure.Application {@code escrow.journal_open}, {@code escrow.journal_freed},
   *     {@code escrow.journal_other}
   */
  public static State decide(State state, Decision decision, Collection<State> others) {
    State wanted =
        switch (decision) {
          case REOPEN -> State.OPEN;
          case SETTLE -> State.SETTLING;
          case FREE -> State.FREED;
        };
    if (state == wanted) {
      return state;
    }
    if (state == State.FREED) {
      throw EscrowFailures.freed();
    }
    if (state == State.OPEN) {
      throw EscrowFailures.open();
    }
    if (wanted == State.OPEN && others.contains(State.OPEN)) {
      throw EscrowFailures.otherJournal();
    }
    return wanted;
  }
}
