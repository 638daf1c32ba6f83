package io.weft.mesh.telemetry;

import java.time.Instant;
import java.util.HexFormat;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One piece of work in a trace, which has ended.
 *
 * @param high the upper half of the trace's id
 * @param low the lower half of the trace's id
 * @param span its own id, never 0
 * @param parent the id of the span that it was done for; 0 when there is none, or it is not known
 * @param name what was done, such as an operation's name
 * @param service the service that did it
 * @param node the node that did it
 * @param at when it began
 * @param nanos how long it took
 * @param failure why it failed, for people; null when it did not
 * @param attributes what else is known of it
 */
public record Span(
    long high,
    long low,
    long span,
    long parent,
    Kind kind,
    String name,
    String service,
    String node,
    Instant at,
    long nanos,
    Outcome outcome,
    @Nullable String failure,
    Map<String, String> attributes) {

  /** On which side of a call a span is. */
  public enum Kind {
    /** Whoever was asked. */
    SERVER,
    /** Whoever asked, or one attempt at it. */
    CLIENT,
    /** Neither: something that a node does by itself. */
    INTERNAL
  }

  /** Returns the trace's id: 32 hex digits. */
  public String trace() {
    var hex = HexFormat.of();
    return hex.toHexDigits(high) + hex.toHexDigits(low);
  }

  /** Returns the span's own id: 16 hex digits. */
  public String id() {
    return HexFormat.of().toHexDigits(span);
  }

  /** Returns the parent's id: 16 hex digits; empty when there is none. */
  public String parentId() {
    return parent == 0 ? "" : HexFormat.of().toHexDigits(parent);
  }

  /** Returns whether it failed in a way that an operator may want to know of. */
  public boolean failed() {
    return failed(outcome);
  }

  /** Returns whether an outcome is one that an operator may want to know of. */
  static boolean failed(Outcome outcome) {
    return outcome != Outcome.OK && outcome != Outcome.APPLICATION;
  }
}
