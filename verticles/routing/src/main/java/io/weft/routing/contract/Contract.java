package io.weft.routing.contract;

import io.vertx.core.buffer.Buffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The HTTP contract, checked whole: nothing of it can turn out wrong when a request comes.
 *
 * @param endpoints every operation, those without parameters in their path first
 * @param topics the topics of which clients of the bridge may hear, and the scopes that it takes
 * @param source the document as it was read, to be served
 */
public record Contract(List<Endpoint> endpoints, Map<String, Set<String>> topics, Buffer source) {

  /** Returns the endpoints by the names of their mesh operations, but those that tell events. */
  public Map<String, Endpoint> byOperation() {
    return endpoints.stream()
        .filter(endpoint -> endpoint.events() == null)
        .collect(Collectors.toMap(Endpoint::operation, Function.identity()));
  }

  /** Returns the endpoints by their paths, in the order of the endpoints. */
  public Map<String, List<Endpoint>> byPath() {
    return endpoints.stream()
        .collect(Collectors.groupingBy(Endpoint::path, LinkedHashMap::new, Collectors.toList()));
  }
}
