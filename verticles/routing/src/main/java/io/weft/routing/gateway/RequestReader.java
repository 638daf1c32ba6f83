package io.weft.routing.gateway;

import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.HttpException;
import io.weft.mesh.CallOptions;
import io.weft.mesh.Cancellation;
import io.weft.mesh.Mesh;
import io.weft.routing.contract.Endpoint;
import io.weft.routing.contract.RequestCheck;
import io.weft.routing.problem.Problem;
import io.weft.routing.problem.ProblemException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What every request of an endpoint has outside of its body: parameters, and who asks how. */
final class RequestReader {
  private static final Logger LOG = LoggerFactory.getLogger(RequestReader.class);
  private static final String EXPLAIN = "Weft-Explain";

  private final RoutingContext context;
  private final HttpServerRequest request;
  private final Endpoint endpoint;
  private final boolean explains;

  /**
   * Creates the reader of one request that has come through {@link HttpEdge#router}.
   *
   * @param explains whether a client may ask, with {@code Weft-Explain: 1}, that it be kept how its
   *     calls are made
   */
  RequestReader(RoutingContext context, Endpoint endpoint, boolean explains) {
    this.context = context;
    this.request = context.request();
    this.endpoint = endpoint;
    this.explains = explains;
  }

  /** Returns what the calls for this request are made with. */
  CallOptions options(Mesh mesh, Cancellation gone) {
    var options =
        CallOptions.DEFAULT.withTrace(HttpEdge.trace(context).context()).withCancellation(gone);
    if (explains && "1".equals(request.getHeader(EXPLAIN))) {
      options = options.withExplain();
    }
    var client = request.connection().remoteAddress();
    options = Attributes.add(options, mesh.policies().attributes(), request::getHeader, client);
    return Attributes.tell(options, endpoint, client);
  }

  /** Adds the parameters of the path and of the query to a check of the whole request. */
  void parameters(RequestCheck check) {
    pathParameters(check);
    queryParameters(check);
  }

  /** Adds the parameters of the path alone. */
  void pathParameters(RequestCheck check) {
    for (var name : endpoint.pathParameters()) {
      check.parameter(name, context.pathParam(name));
    }
  }

  private void queryParameters(RequestCheck check) {
    var sent = query();
    for (var name : sent.names()) {
      var values = sent.getAll(name);
      if (!endpoint.queryParameters().contains(name)) {
        check.faultAt(name, "unknown parameter (expected: " + queryNames() + ")");
      } else if (values.size() > 1) {
        check.faultAt(name, "given " + values.size() + " times (expected: once)");
      } else {
        check.parameter(name, values.get(0));
      }
    }
  }

  private MultiMap query() {
    try {
      return context.queryParams();
    } catch (IllegalArgumentException | HttpException e) {
      LOG.debug("query of {}: {}", request.path(), e.getMessage());
      throw new ProblemException(
          Problem.invalid("", "the query is not percent-encoded as it should be"));
    }
  }

  private String queryNames() {
    return endpoint.queryParameters().isEmpty()
        ? "none"
        : String.join(", ", endpoint.queryParameters());
  }
}
