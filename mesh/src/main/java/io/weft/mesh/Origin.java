package io.weft.mesh;

import io.weft.mesh.security.Principal;
import java.util.Map;

/**
 * Where a call comes from, and what it hands on to the calls that are made on its behalf.
 *
 * @param trace where it stands in a trace
 * @param caller the service, or else the node, that calls
 * @param priority how much it matters
 * @param attributes what is known of who asked, for traffic rules: a tenant, a client's address; at
 *     most {@link MeshLimits#ATTRIBUTES_MAX}
 * @param credit how many more attempts may be made on behalf of the first call of the chain
 * @param explain whether the nodes that it passes keep how it was made; see {@link
 *     io.weft.mesh.telemetry.Explanations}
 * @param principal who asked for it, as the edge has found out; {@link Principal#ANONYMOUS} if
 *     nobody did, or nobody knows
 */
public record Origin(
    TraceContext trace,
    String caller,
    Priority priority,
    Map<String, String> attributes,
    RetryCredit credit,
    boolean explain,
    Principal principal) {
  /**
   * The attribute that says from which address a client asks, where the contract has the gateway
   * say it. Policies may take it from elsewhere, such as a header of the proxy in front.
   */
  public static final String CLIENT_ADDRESS = "client-address";

  /** Creates the origin of a call that nobody outside has asked for. */
  public Origin(
      TraceContext trace,
      String caller,
      Priority priority,
      Map<String, String> attributes,
      RetryCredit credit,
      boolean explain) {
    this(trace, caller, priority, attributes, credit, explain, Principal.ANONYMOUS);
  }

  /** Creates the origin of a call that nobody wants to be explained. */
  public Origin(
      TraceContext trace,
      String caller,
      Priority priority,
      Map<String, String> attributes,
      RetryCredit credit) {
    this(trace, caller, priority, attributes, credit, false);
  }

  /** Returns this origin at another place of its trace. */
  public Origin at(TraceContext other) {
    return new Origin(other, caller, priority, attributes, credit, explain, principal);
  }

  /** Returns the origin of a call that begins a chain, with nothing said but who calls. */
  public static Origin of(TraceContext trace, String caller) {
    return new Origin(trace, caller, Priority.NORMAL, Map.of(), new RetryCredit());
  }
}
