package io.weft.mesh;

import io.weft.mesh.security.Principal;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a caller may say about one call; what is left out is inherited or has a default.
 *
 * @param timeout how long the answer is of use, or null for {@link MeshLimits#CALL_TIMEOUT}; the
 *     deadline of the call being served, when there is one, always bounds it
 * @param key the idempotency key of a command, at most {@link MeshLimits#KEY_MAX_CHARS} characters;
 *     null for a fresh one, and empty for a server that knows none, so that a command that may have
 *     run is not repeated
 * @param node the id of the only node that may serve the call, or null for any
 * @param trace where the call stands in a trace, or null for that of the call being served, or a
 *     fresh one
 * @param priority how much the call matters, or null for that of the call being served, or that of
 *     the operation's policy
 * @param attributes what is known of who asks, for traffic rules, at most {@link
 *     MeshLimits#ATTRIBUTES_MAX}; or null for those of the call being served, or none
 * @param cancellation by which the caller can give the call up, or null for that of the call being
 *     served, or none
 * @param explain whether the nodes that it passes keep how the call was made; what a call being
 *     served asks for counts for the calls made from it too
 * @param principal who asks, or null for who asked for the call being served, or nobody
 * @param site the name of the only site that may serve the call, or null for any, near ones first
 */
public record CallOptions(
    @Nullable Duration timeout,
    @Nullable String key,
    @Nullable String node,
    @Nullable TraceContext trace,
    @Nullable Priority priority,
    @Nullable Map<String, String> attributes,
    @Nullable Cancellation cancellation,
    boolean explain,
    @Nullable Principal principal,
    @Nullable String site) {
  /** Everything inherited or by default. */
  public static final CallOptions DEFAULT =
      new CallOptions(null, null, null, null, null, null, null, false, null, null);

  /** Checks the key's length and the attributes, and copies them. */
  public CallOptions {
    if (key != null && key.length() > MeshLimits.KEY_MAX_CHARS) {
      throw new IllegalArgumentException(
          "idempotency key of "
              + key.length()
              + " characters (limit: "
              + MeshLimits.KEY_MAX_CHARS
              + ")");
    }
    if (attributes != null) {
      attributes = Map.copyOf(attributes);
      if (attributes.size() > MeshLimits.ATTRIBUTES_MAX) {
        throw new IllegalArgumentException(
            attributes.size() + " attributes (limit: " + MeshLimits.ATTRIBUTES_MAX + ")");
      }
      attributes.forEach(
          (name, value) -> {
            attribute(name);
            attribute(value);
          });
    }
  }

  private static void attribute(String text) {
    if (text.length() > MeshLimits.ATTRIBUTE_MAX_CHARS) {
      throw new IllegalArgumentException(
          "attribute of "
              + text.length()
              + " characters (limit: "
              + MeshLimits.ATTRIBUTE_MAX_CHARS
              + ")");
    }
  }

  /** Returns these options with a timeout. */
  public CallOptions withTimeout(Duration timeout) {
    return new CallOptions(
        timeout, key, node, trace, priority, attributes, cancellation, explain, principal, site);
  }

  /** Returns these options with an idempotency key. */
  public CallOptions withKey(String key) {
    return new CallOptions(
        timeout, key, node, trace, priority, attributes, cancellation, explain, principal, site);
  }

  /** Returns these options with the only node that may serve the call. */
  public CallOptions withNode(String node) {
    return new CallOptions(
        timeout, key, node, trace, priority, attributes, cancellation, explain, principal, site);
  }

  /** Returns these options with a trace context to continue. */
  public CallOptions withTrace(TraceContext trace) {
    return new CallOptions(
        timeout, key, node, trace, priority, attributes, cancellation, explain, principal, site);
  }

  /** Returns these options with a priority. */
  public CallOptions withPriority(Priority priority) {
    return new CallOptions(
        timeout, key, node, trace, priority, attributes, cancellation, explain, principal, site);
  }

  /** Returns these options with what is known of who asks. */
  public CallOptions withAttributes(Map<String, String> attributes) {
    return new CallOptions(
        timeout, key, node, trace, priority, attributes, cancellation, explain, principal, site);
  }

  /** Returns these options with the means to give the call up. */
  public CallOptions withCancellation(Cancellation cancellation) {
    return new CallOptions(
        timeout, key, node, trace, priority, attributes, cancellation, explain, principal, site);
  }

  /** Returns these options with the wish that how the call is made be kept. */
  public CallOptions withExplain() {
    return new CallOptions(
        timeout, key, node, trace, priority, attributes, cancellation, true, principal, site);
  }

  /** Returns these options with who asks. */
  public CallOptions withPrincipal(Principal principal) {
    return new CallOptions(
        timeout, key, node, trace, priority, attributes, cancellation, explain, principal, site);
  }

  /**
   * Returns these options with the only site that may serve the call, which fails as {@code
   * NotSent} while nobody stands for it: this site's own name for none but its own instances.
   */
  public CallOptions withSite(String site) {
    return new CallOptions(
        timeout, key, node, trace, priority, attributes, cancellation, explain, principal, site);
  }
}
