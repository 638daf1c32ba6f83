package io.weft.node.observe;

import io.vertx.core.Future;
import io.weft.mesh.MeshFailure.Application;
import io.weft.mesh.telemetry.TraceQuestion;
import io.weft.mesh.telemetry.TraceStore;
import io.weft.node.NodeLimits;
import io.weft.node.observe.NodeTraces.Asked;
import io.weft.node.observe.NodeTraces.Line;
import io.weft.node.observe.NodeTraces.Told;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Pattern;

/** Answers what other nodes ask of the traces of this one. */
final class TraceDesk {
  private static final Pattern ID = Pattern.compile("[0-9a-f]{32}");
  private static final int HALF = 16;

  private final TraceStore store;

  TraceDesk(TraceStore store) {
    this.store = store;
  }

  /** Answers a question. */
  Future<Told> answer(Asked asked) {
    try {
      return Future.succeededFuture(asked.trace() == null ? list(asked) : one(asked.trace()));
    } catch (IllegalArgumentException e) {
      return Future.failedFuture(
          new Application("request.invalid", String.valueOf(e.getMessage())));
    }
  }

  private Told list(Asked asked) {
    var question =
        new TraceQuestion(
            asked.limit() == null ? NodeLimits.TRACES_TOLD : asked.limit(),
            asked.slowerThanMillis() == null ? 0 : asked.slowerThanMillis(),
            asked.operation() == null ? "" : asked.operation(),
            Boolean.TRUE.equals(asked.failed()));
    return new Told(store.list(question), List.of(), 0);
  }

  private Told one(String id) {
    if (!ID.matcher(id).matches()) {
      throw new IllegalArgumentException("trace: " + id + " (expected: 32 hex digits)");
    }
    var trace =
        store.trace(
            HexFormat.fromHexDigitsToLong(id, 0, HALF),
            HexFormat.fromHexDigitsToLong(id, HALF, 2 * HALF));
    return new Told(List.of(), trace.spans().stream().map(Line::of).toList(), trace.leftOut());
  }
}
