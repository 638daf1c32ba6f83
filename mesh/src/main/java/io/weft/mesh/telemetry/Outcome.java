package io.weft.mesh.telemetry;

import io.weft.mesh.MeshFailure;
import org.jspecify.annotations.Nullable;

/**
 * What became of a call, an attempt or a handler's run: the closed list that telemetry counts by.
 */
public enum Outcome {
  /** It was answered. */
  OK("ok"),
  /** It failed with {@link MeshFailure.NotSent}. */
  NOT_SENT("NotSent"),
  /** It failed with {@link MeshFailure.Rejected}. */
  REJECTED("Rejected"),
  /** It failed with {@link MeshFailure.Expired}. */
  EXPIRED("Expired"),
  /** It failed with {@link MeshFailure.Unknown}. */
  UNKNOWN("Unknown"),
  /** It failed with {@link MeshFailure.Application}. */
  APPLICATION("Application"),
  /** It failed in a way that the mesh has no word for: a defect. */
  OTHER("other");

  private static final Outcome[] ALL = values();
  private final String label;

  Outcome(String label) {
    this.label = label;
  }

  /** Returns the name that telemetry shows: {@code ok}, or the kind of the failure. */
  public String label() {
    return label;
  }

  /** Returns the outcome that a failure stands for; null stands for success. */
  public static Outcome of(@Nullable Throwable failure) {
    if (failure == null) {
      return OK;
    }
    return failure instanceof MeshFailure known ? named(known.kind()) : OTHER;
  }

  private static Outcome named(String label) {
    for (var outcome : ALL) {
      if (outcome.label.equals(label)) {
        return outcome;
      }
    }
    return OTHER;
  }
}
