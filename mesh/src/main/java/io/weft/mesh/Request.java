package io.weft.mesh;

import io.weft.mesh.MeshFailure.Expired;
import io.weft.mesh.policy.Policy;
import io.weft.mesh.telemetry.Explanation;
import io.weft.mesh.telemetry.Taps;
import io.weft.mesh.time.Rng;
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
  private final Origin origin;
  private final @Nullable String node;
  private final Cancellation cancellation;
  private final Policy policy;
  private final @Nullable String version;
  private final @Nullable String site;

  /** The node that it came from; null when it was made on this one. */
  private final @Nullable String callerNode;

  /** The span that the call was made in; 0 when there was none, or it is not known here. */
  private final long parentSpan;

  /** Whether it is an attempt after the first, which has a span of its own. */
  private final boolean further;

  /** The request of which this is one of several attempts at a time; or this itself. */
  private final Request whole;

  private final @Nullable Explanation explanation;
  private final Taps.@Nullable Attempted attempted;
  private @Nullable List<String> tried;

  /** The site of the first attempt. */
  private @Nullable String triedSite;

  /**
   * Creates a request that has not been tried yet.
   *
   * @param operation the name of the operation
   * @param kind whether the operation has effects
   * @param payload what is asked
   * @param deadline the time by which the answer is useless
   * @param key the idempotency key of a command; empty for a query
   * @param origin where the call comes from, and what it hands on
   * @param node the only node that may serve the call, or null for any
   * @param cancellation whether anybody still waits for the answer
   * @param policy what the caller's side goes by
   */
  public Request(
      String operation,
      Operation.Kind kind,
      Payload payload,
      Deadline deadline,
      String key,
      Origin origin,
      @Nullable String node,
      Cancellation cancellation,
      Policy policy) {
    this(operation, kind, payload, deadline, key, origin, node, cancellation, policy, null, 0);
  }

  /**
   * Creates a request of which more is known.
   *
   * @param callerNode the node that it came from; null when it was made on this one
   * @param parentSpan the span that the call was made in; 0 when there was none, or it is not known
   */
  public Request(
      String operation,
      Operation.Kind kind,
      Payload payload,
      Deadline deadline,
      String key,
      Origin origin,
      @Nullable String node,
      Cancellation cancellation,
      Policy policy,
      @Nullable String callerNode,
      long parentSpan) {
    this.operation = operation;
    this.kind = kind;
    this.payload = payload;
    this.deadline = deadline;
    this.key = key;
    this.origin = origin;
    this.node = node;
    this.cancellation = cancellation;
    this.policy = policy;
    this.callerNode = callerNode;
    this.parentSpan = parentSpan;
    further = false;
    version = null;
    site = null;
    whole = this;
    explanation = null;
    attempted = null;
  }

  /**
   * Creates a request that differs from another in what may differ.
   *
   * @param whole of which it is one of several attempts, or null if it is none
   */
  private Request(
      Request like,
      Origin origin,
      Deadline deadline,
      Cancellation cancellation,
      @Nullable String version,
      @Nullable String site,
      @Nullable Request whole,
      @Nullable Explanation explanation,
      Taps.@Nullable Attempted attempted,
      long parentSpan,
      boolean further) {
    operation = like.operation;
    kind = like.kind;
    payload = like.payload;
    this.deadline = deadline;
    key = like.key;
    this.origin = origin;
    node = like.node;
    callerNode = like.callerNode;
    this.parentSpan = parentSpan;
    this.further = further;
    this.cancellation = cancellation;
    policy = like.policy;
    this.version = version;
    this.site = site;
    this.whole = whole == null ? this : whole;
    this.explanation = explanation;
    this.attempted = attempted;
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

  /** Returns where the call comes from, and what it hands on. */
  public Origin origin() {
    return origin;
  }

  /** Returns where the call stands in a trace. */
  public TraceContext trace() {
    return origin.trace();
  }

  /** Returns the service, or else the node, that calls. */
  public String caller() {
    return origin.caller();
  }

  /** Returns the node that it came from; null when it was made on this one. */
  public @Nullable String callerNode() {
    return callerNode;
  }

  /** Returns the span that it was made in; 0 when there was none, or it is not known here. */
  public long parentSpan() {
    return parentSpan;
  }

  /** Returns the span of the call, which all of its attempts are made in. */
  public long callSpan() {
    return further ? parentSpan : origin.trace().span();
  }

  /** Returns how much the call matters. */
  public Priority priority() {
    return origin.priority();
  }

  /** Returns the only node that may serve the call, or null for any. */
  public @Nullable String node() {
    return node;
  }

  /** Returns whether anybody still waits for the answer. */
  public Cancellation cancellation() {
    return cancellation;
  }

  /** Returns what the caller's side goes by; the server's side has policies of its own. */
  public Policy policy() {
    return policy;
  }

  /** Returns what keeps how the call is made, or null, for most calls. */
  public @Nullable Explanation explanation() {
    return explanation;
  }

  /** Returns the only version of the service that may serve the call, or null for any. */
  public @Nullable String version() {
    return version;
  }

  /**
   * Returns the only site that may serve an attempt, or null for any: the one that the call is for;
   * or, of a command, the one that it was tried at, as no other knows its key.
   */
  public @Nullable String site() {
    return site == null && kind == Operation.Kind.COMMAND ? whole.triedSite : site;
  }

  /**
   * Returns why the answer is of no use any more, or null while it is.
   *
   * @param before what has not happened yet, such as {@code it ran}
   */
  public @Nullable Expired useless(String before) {
    if (deadline.expired()) {
      return new Expired("the deadline of " + operation + " passed before " + before);
    }
    if (cancellation.cancelled()) {
      return new Expired(operation + " was cancelled before " + before);
    }
    return null;
  }

  /** Returns this request with a deadline at most {@code limit} ahead. */
  public Request atMost(Duration limit) {
    return due(deadline.atMost(limit));
  }

  /** Returns this request with another deadline. */
  public Request due(Deadline other) {
    return new Request(
        this,
        origin,
        other,
        cancellation,
        version,
        site,
        null,
        explanation,
        attempted,
        parentSpan,
        further);
  }

  /** Returns this request as its server gets it: with a cancellation of its own. */
  public Request with(Cancellation own) {
    return new Request(
        this,
        origin,
        deadline,
        own,
        version,
        site,
        null,
        explanation,
        attempted,
        parentSpan,
        further);
  }

  /** Returns this request for the instances of one version of the service only. */
  public Request forVersion(String only) {
    return new Request(
        this,
        origin,
        deadline,
        cancellation,
        only,
        site,
        whole,
        explanation,
        attempted,
        parentSpan,
        further);
  }

  /** Returns this request for one site only. */
  public Request forSite(String only) {
    return new Request(
        this,
        origin,
        deadline,
        cancellation,
        version,
        only,
        whole,
        explanation,
        attempted,
        parentSpan,
        further);
  }

  /** Returns this request with what keeps how it is made. */
  public Request explained(Explanation kept) {
    return new Request(
        this,
        origin,
        deadline,
        cancellation,
        version,
        site,
        null,
        kept,
        attempted,
        parentSpan,
        further);
  }

  /** Returns this request with what keeps where its attempts go. */
  public Request tapped(Taps.Attempted kept) {
    return new Request(
        this,
        origin,
        deadline,
        cancellation,
        version,
        site,
        null,
        explanation,
        kept,
        parentSpan,
        further);
  }

  /**
   * Returns this request for one of several attempts that run side by side: what is noted of it is
   * noted of all.
   *
   * @param own cancels that attempt alone
   */
  public Request attempt(Cancellation own) {
    return new Request(
        this,
        origin,
        deadline,
        own,
        version,
        site,
        whole,
        explanation,
        attempted,
        parentSpan,
        further);
  }

  /**
   * Returns this request as one of its attempts after the first: with a span of its own, so that
   * the runs of its handlers are told apart, made in the span of the call.
   */
  public Request again(Rng rng) {
    var trace = origin.trace();
    if (further || !trace.present()) {
      return this;
    }
    return new Request(
        this,
        origin.at(trace.child(rng)),
        deadline,
        cancellation,
        version,
        site,
        whole,
        explanation,
        attempted,
        trace.span(),
        true);
  }

  /** Notes that an attempt goes to an endpoint of a site. */
  public void trying(String endpoint, String at) {
    if (whole.tried == null) {
      whole.tried = new ArrayList<>(MeshLimits.ATTEMPTS_MAX);
      whole.triedSite = at;
    }
    whole.tried.add(endpoint);
    if (attempted != null) {
      attempted.at(endpoint);
    }
  }

  /** Returns how many attempts have been made, those that go on included. */
  public int attempts() {
    return whole.tried == null ? 0 : whole.tried.size();
  }

  /** Returns whether an attempt has been made already. */
  public boolean triedBefore() {
    return whole.tried != null;
  }

  /** Returns whether an earlier attempt went to an endpoint. */
  public boolean tried(String endpoint) {
    return whole.tried != null && whole.tried.contains(endpoint);
  }
}
