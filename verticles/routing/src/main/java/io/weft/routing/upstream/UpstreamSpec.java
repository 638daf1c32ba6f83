package io.weft.routing.upstream;

import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP service that joins the mesh, as operators describe it.
 *
 * @param name the service's name in the mesh
 * @param version its version
 * @param zone the only zone whose nodes stand for it, or null for any
 * @param endpoints where it listens; those that come and go by heartbeats are not in it
 * @param health how its endpoints are checked, or null when they are not
 * @param routes which requests at the gateway go to it; none when only the mesh calls it
 * @param request the rules for the header fields of requests
 * @param response the rules for the header fields of answers
 * @param timeout how long an answer is of use, or null for what the policy says
 * @param safe the methods that have no effects, and may be repeated
 * @param scopes what a token must have whose client asks for it; empty if any good one will do,
 *     null if none is needed
 * @param source the description as it was given
 */
record UpstreamSpec(
    String name,
    String version,
    @Nullable String zone,
    List<EndpointAddress> endpoints,
    @Nullable Health health,
    List<UpstreamRoute> routes,
    HeaderRules request,
    HeaderRules response,
    @Nullable Duration timeout,
    Set<String> safe,
    @Nullable Set<String> scopes,
    JsonObject source) {

  /**
   * Returns the description without the rules for header fields, which may have passwords in them.
   */
  JsonObject withoutSecrets() {
    var shown = source.copy();
    shown.remove("request");
    shown.remove("response");
    return shown;
  }

  /**
   * How an endpoint is checked: it is well when it answers with a status of 200 to 299.
   *
   * @param path what is asked for
   * @param interval between two checks
   */
  record Health(String path, Duration interval) {}
}
