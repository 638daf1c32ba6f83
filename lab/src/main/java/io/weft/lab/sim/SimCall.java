package io.weft.lab.sim;

import io.weft.mesh.Cancellation;
import io.weft.mesh.Deadline;
import io.weft.mesh.Operation;

/** One call of the workload, and what the world has seen of it. */
final class SimCall {
  private final long id;
  private final Incarnation caller;
  private final Operation.Kind kind;
  private final String key;
  private final Deadline deadline;
  private final Cancellation cancellation;
  private int completions;
  private int attempts;
  private int runs;
  private boolean duplicated;

  SimCall(
      long id,
      Incarnation caller,
      Operation.Kind kind,
      String key,
      Deadline deadline,
      Cancellation cancellation) {
    this.id = id;
    this.caller = caller;
    this.kind = kind;
    this.key = key;
    this.deadline = deadline;
    this.cancellation = cancellation;
  }

  long id() {
    return id;
  }

  Incarnation caller() {
    return caller;
  }

  Operation.Kind kind() {
    return kind;
  }

  String key() {
    return key;
  }

  Deadline deadline() {
    return deadline;
  }

  /** Returns whether its caller gave it up. */
  boolean cancelled() {
    return cancellation.cancelled();
  }

  /** Counts an end of the call; returns how many there have been. */
  int completed() {
    return ++completions;
  }

  int completions() {
    return completions;
  }

  /** Counts an attempt; returns how many there have been. */
  int attempted() {
    return ++attempts;
  }

  int attempts() {
    return attempts;
  }

  /** Counts a run of its handler. */
  void ran() {
    runs++;
  }

  int runs() {
    return runs;
  }

  /** Notes that the network has doubled one of its requests. */
  void doubled() {
    duplicated = true;
  }

  boolean duplicated() {
    return duplicated;
  }
}
