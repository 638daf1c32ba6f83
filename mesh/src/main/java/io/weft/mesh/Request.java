package io.weft.mesh;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A request on its way along the path of a call.
 *
 * <p>Immutable but for what the caller's side notes of its attempts, which never leaves the calling
 * event loop.
 */
public final class Request {
  private final String operation;
  private final Operation.Kind kind;
  private final Payload payload;
  private final Deadline deadline;
  private final String key;
  private final TraceContext trace;
  private final String caller;
  private final @Nullable String node;
  private final Cancellation cancellation;
  private @Nullable List<String> tried;

  /**
   * Creates a request that has not been tried yet.
   *
   * @param operation the name of the operation
   * @param kind whether the operation has effects
   * @param payload what is asked
   * @param deadline the time by which the answer is useless
   * @param key the idempotency key of a command; empty for a query
   * @param trace where the call stands in a trace
   * @param caller the service, or else the node, that calls
   * @param node the only node that may serve the call, or null for any
   * @param cancellation whether anybody still waits for the answer
   */
  public Request(
      String operation,
      Operation.Kind kind,
      Payload payload,
      Deadline deadline,
      String key,
      TraceContext trace,
      String caller,
      @Nullable String node,
      Cancellation cancellation) {
    this.operation = operation;
    this.kind = kind;
    this.payload = payload;
    this.deadline = deadline;
    this.key = key;
    this.trace = trace;
    this.caller = caller;
    this.node = node;
    this.cancellation = cancellation;
  }

  /** Returns the name of the operation. */
  public String operation() {
    return operation;
  }

  /** Returns whether the operation has effects. */
  public Operation.Kind kind() {
    return kind;
  }

  /** Returns what is asked. */
  public Payload payload() {
    return payload;
  }

  /** Returns the time by which the answer is useless. */
  public Deadline deadline() {
    return deadline;
  }

  /** Returns the idempotency key of a command; empty for a query. */
  public String key() {
    return key;
  }

  /** Returns where the call stands in a trace. */
  public TraceContext trace() {
    return trace;
  }

  /** Returns the service, or else the node, that calls. */
  public String caller() {
    return caller;
  }

  /** Returns the only node that may serve the call, or null for any. */
  public @Nullable String node() {
    return node;
  }

  /** Returns whether anybody still waits for the answer. */
  public Cancellation cancellation() {
    return cancellation;
  }

  /** Returns this request with a deadline at most {@code limit} ahead. */
  public Request atMost(Duration limit) {
    return due(deadline.atMost(limit));
  }

  /** Returns this request with another deadline. */
  public Request due(Deadline other) {
    return new Request(operation, kind, payload, other, key, trace, caller, node, cancellation);
  }

  /** Returns this request as its server gets it: with a cancellation of its own. */
  public Request with(Cancellation own) {
    return new Request(operation, kind, payload, deadline, key, trace, caller, node, own);
  }

  /** Notes that an attempt goes to an endpoint. */
  public void trying(String endpoint) {
    if (tried == null) {
      tried = new ArrayList<>(MeshLimits.ATTEMPTS_MAX);
    }
    tried.add(endpoint);
  }

  /** Returns whether an attempt has been made already. */
  public boolean triedBefore() {
    return tried != null;
  }

  /** Returns whether an earlier attempt went to an endpoint. */
  public boolean tried(String endpoint) {
    return tried != null && tried.contains(endpoint);
  }
}
