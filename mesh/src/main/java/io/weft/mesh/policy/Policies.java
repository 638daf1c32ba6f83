package io.weft.mesh.policy;

import io.weft.mesh.Operation;
import java.util.List;
import java.util.Map;

/**
 * All policies of one epoch: an immutable picture that is replaced as a whole.
 *
 * @param epoch grows with every change; 0 for the built-in defaults
 * @param defaults what counts for operations that are not named
 * @param services what counts for the operations of a service that are not named, by service
 * @param operations what counts for an operation, by operation
 * @param attributes what the gateway says of who asks, by the name of the attribute
 * @param limits how often clients may ask at the gateway
 */
public record Policies(
    long epoch,
    Policy defaults,
    Map<String, Policy> services,
    Map<String, Policy> operations,
    Map<String, AttributeSource> attributes,
    List<EdgeLimit> limits) {
  /** The built-in defaults, for every operation. */
  public static final Policies DEFAULT = new Policies(0, Policy.DEFAULT, Map.of(), Map.of());

  /** Copies the maps and the list. */
  public Policies {
    services = Map.copyOf(services);
    operations = Map.copyOf(operations);
    attributes = Map.copyOf(attributes);
    limits = List.copyOf(limits);
  }

  /** Creates the policies of a site whose gateway says nothing of who asks. */
  public Policies(
      long epoch, Policy defaults, Map<String, Policy> services, Map<String, Policy> operations) {
    this(epoch, defaults, services, operations, Map.of());
  }

  /** Creates the policies of a site whose gateway lets clients ask as often as they like. */
  public Policies(
      long epoch,
      Policy defaults,
      Map<String, Policy> services,
      Map<String, Policy> operations,
      Map<String, AttributeSource> attributes) {
    this(epoch, defaults, services, operations, attributes, List.of());
  }

  /** Returns the policy of an operation. */
  public Policy of(String operation) {
    var own = operations.isEmpty() ? null : operations.get(operation);
    if (own != null) {
      return own;
    }
    return services.isEmpty()
        ? defaults
        : services.getOrDefault(Operation.serviceOf(operation), defaults);
  }
}
