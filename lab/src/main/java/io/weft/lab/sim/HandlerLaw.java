package io.weft.lab.sim;

import io.weft.mesh.MeshFailure.Expired;
import io.weft.mesh.MeshFailure.NotSent;
import io.weft.mesh.MeshFailure.Rejected;
import io.weft.mesh.Operation;
import io.weft.mesh.Request;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a handler may do: it begins only before its deadline, by its own clock; it runs a command
 * twice only with one key; and it never runs a command of which the caller was told that it did
 * not.
 */
final class HandlerLaw extends Law {
  static final String IN_TIME = "no handler after its deadline";
  static final String SAME_KEY = "twice only with the same key";
  static final String TRUE = "what a failure says is true";

  private final Map<String, Long> callsByKey = new HashMap<>();
  private final Set<SimCall> denied = new HashSet<>();

  @Override
  public void began(Incarnation server, SimCall call, Request request) {
    if (request.deadline().expired()) {
      throw new Violation(
          IN_TIME,
          server.member()
              + " began call #"
              + call.id()
              + " "
              + -request.deadline().remainingNanos() / 1_000
              + " us after its deadline");
    }
  }

  @Override
  public void ran(SimCall call, Request request) {
    call.ran();
    if (call.kind() != Operation.Kind.COMMAND) {
      return;
    }
    var other = callsByKey.putIfAbsent(request.key(), call.id());
    boolean known = request.key().equals(call.key()) && !request.key().isEmpty();
    if (!known || (other != null && other != call.id())) {
      throw new Violation(
          SAME_KEY,
          "run "
              + call.runs()
              + " of call #"
              + call.id()
              + " has the key "
              + request.key()
              + " (expected: "
              + call.key()
              + ")");
    }
    if (denied.contains(call)) {
      throw new Violation(TRUE, "call #" + call.id() + " ran after it was said not to have");
    }
  }

  /** A doubled request may be refused once and run once, and no caller can know. */
  @Override
  public void completed(SimCall call, @Nullable Throwable failure) {
    boolean saysNotRun =
        failure instanceof NotSent || failure instanceof Rejected || failure instanceof Expired;
    if (saysNotRun && call.kind() == Operation.Kind.COMMAND && !call.duplicated()) {
      if (call.runs() > 0) {
        throw new Violation(TRUE, "call #" + call.id() + " ran, but failed with " + failure);
      }
      denied.add(call);
    }
  }

  @Override
  public void doubled(SimCall call) {
    denied.remove(call);
  }
}
