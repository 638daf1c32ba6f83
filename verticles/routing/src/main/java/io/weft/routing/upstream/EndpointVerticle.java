package io.weft.routing.upstream;

import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.PoolOptions;
import io.weft.mesh.Call;
import io.weft.mesh.MeshFailure.Application;
import io.weft.mesh.ServiceProvider.Host;
import io.weft.routing.RoutingLimits;
import io.weft.routing.api.Upstream;
import io.weft.routing.api.UpstreamReply;
import io.weft.routing.api.UpstreamRequest;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The instance of the mesh that stands for one endpoint of an upstream: to callers it is an
 * endpoint like any other, and what it is asked it asks there.
 */
final class EndpointVerticle extends VerticleBase {
  private static final Pattern METHOD = Pattern.compile("[A-Z]{1,32}");
  private static final Pattern TARGET = Pattern.compile("/[\\x21\\x24-\\x7e]*");

  /** What only a tunnel could answer. */
  private static final Set<String> REFUSED = Set.of("CONNECT", "TRACE");

  private final Host host;
  private final UpstreamSpec spec;
  private final EndpointAddress address;
  private final Runnable unreachable;
  private @Nullable HttpClientAgent client;
  private @Nullable BodyShelf shelf;

  /**
   * Creates the stand-in of an endpoint.
   *
   * @param unreachable told of each connection that could not be made
   */
  EndpointVerticle(Host host, UpstreamSpec spec, EndpointAddress address, Runnable unreachable) {
    this.host = host;
    this.spec = spec;
    this.address = address;
    this.unreachable = unreachable;
  }

  @Override
  public Future<?> start() {
    var mesh = host.mesh();
    var http =
        vertx
            .httpClientBuilder()
            .with(options())
            .with(
                new PoolOptions()
                    .setHttp1MaxSize(RoutingLimits.UPSTREAM_CONNECTIONS_MAX)
                    .setMaxWaitQueueSize(RoutingLimits.UPSTREAM_WAITING_MAX))
            .build();
    var bodies = new BodyShelf(mesh, host.time(), spec.name(), address.toString().hashCode());
    client = http;
    shelf = bodies;
    return mesh.serve(Upstream.read(spec.name()), asked -> ask(http, bodies, asked, true))
        .compose(
            read ->
                mesh.serve(Upstream.write(spec.name()), asked -> ask(http, bodies, asked, false)))
        .compose(written -> bodies.serve());
  }

  private static HttpClientOptions options() {
    return new HttpClientOptions()
        .setConnectTimeout((int) RoutingLimits.UPSTREAM_CONNECT_TIMEOUT.toMillis())
        .setKeepAliveTimeout((int) RoutingLimits.UPSTREAM_KEEP_ALIVE.toSeconds())
        .setIdleTimeout((int) RoutingLimits.UPSTREAM_IDLE_TIMEOUT.toSeconds())
        .setIdleTimeoutUnit(TimeUnit.SECONDS)
        .setMaxHeaderSize(RoutingLimits.HEADERS_MAX_BYTES)
        .setMaxInitialLineLength(RoutingLimits.REQUEST_LINE_MAX_BYTES)
        .setDecompressionSupported(false)
        .setTcpNoDelay(true);
  }

  private Future<UpstreamReply> ask(
      HttpClientAgent http, BodyShelf bodies, UpstreamRequest asked, boolean safe) {
    check(asked, safe);
    return new EndpointExchange(
            http, host, spec, address, asked, bodies, Call.current().orElseThrow(), context)
        .run(unreachable);
  }

  /** Nothing that is asked for may end a line or a header of what is sent. */
  private void check(UpstreamRequest asked, boolean safe) {
    if (!METHOD.matcher(asked.method()).matches() || REFUSED.contains(asked.method())) {
      throw new Application("request.invalid", "method (expected: GET, POST or the like)");
    }
    if (safe && !spec.safe().contains(asked.method())) {
      throw new Application(
          "request.invalid",
          asked.method() + " is not safe at " + spec.name() + " (expected: its operation write)");
    }
    if (!TARGET.matcher(asked.target()).matches()) {
      throw new Application("request.invalid", "target (expected: a path, percent-encoded)");
    }
    for (var field : asked.headers()) {
      var fault = HeaderRules.fault(field);
      if (fault != null) {
        throw new Application("request.invalid", fault);
      }
    }
  }

  @Override
  public Future<?> stop() {
    if (shelf != null) {
      shelf.close();
    }
    return client == null ? Future.succeededFuture() : client.close();
  }
}
