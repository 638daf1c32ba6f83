package io.weft.users;

import io.weft.mesh.MeshFailure;
import io.weft.users.api.EscrowJournal.State;

/** How the operations on escrow fail. */
final class EscrowFailures {
  private EscrowFailures() {}

  static MeshFailure.Application number(long given, long expected) {
    return new MeshFailure.Application(
        "escrow.number", "number: " + given + " (expected: " + expected + ")", "/number");
  }

  static MeshFailure.Application insufficient() {
    return new MeshFailure.Application(
        "escrow.insufficient",
        "nothing can be granted: the user has no credit left, or the site holds its share of it");
  }

  static MeshFailure.Application overdrawn(long amount, long outstanding) {
    return new MeshFailure.Application(
        "escrow.overdrawn",
        amount + " is more than the site can hold (expected: at most " + outstanding + ")");
  }

  static MeshFailure.Application unknownJournal() {
    return new MeshFailure.Application(
        "escrow.journal_unknown",
        "no journal has this incarnation (expected: one that was opened)");
  }

  static MeshFailure.Application otherJournal() {
    return new MeshFailure.Application(
        "escrow.journal_other",
        "another journal of the site is not done with; close it and decide what becomes of it");
  }

  static MeshFailure.Application olderJournal(long position, long seen) {
    return new MeshFailure.Application(
        "escrow.journal_older",
        "position: "
            + position
            + " (expected: >= "
            + seen
            + "); the journal was restored from a backup, and is to begin anew");
  }

  static MeshFailure.Application closed(State state) {
    return new MeshFailure.Application(
        "escrow.journal_closed", "the journal is " + state + "; an operator is to decide");
  }

  static MeshFailure.Application open() {
    return new MeshFailure.Application(
        "escrow.journal_open", "the journal is in use; close it first");
  }

  static MeshFailure.Application freed() {
    return new MeshFailure.Application(
        "escrow.journal_freed", "the journal was given up by an operator, for ever");
  }
}
