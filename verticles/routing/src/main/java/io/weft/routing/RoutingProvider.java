package io.weft.routing;

import io.vertx.core.Deployable;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.json.JsonObject;
import io.weft.mesh.ServiceProvider;
import io.weft.mesh.telemetry.Measure;
import io.weft.routing.access.Loopback;
import io.weft.routing.contract.Contract;
import io.weft.routing.contract.ContractReader;
import io.weft.routing.docs.Docs;
import io.weft.routing.limit.Rates;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Brings the gateway to a node.
 *
 * <p>It reads the contract once, and fails to open with one clear line when there is something
 * wrong with it. With {@code http.port} 0 the instances share one ephemeral port; {@link #address}
 * says which.
 */
public final class RoutingProvider implements ServiceProvider {
  /** The name of the service. */
  public static final String NAME = "routing";

  /**
   * The name of the local map, in the node's shared data, in which the gateway leaves the address
   * at which it listens, under {@code http}, and its bridge for TCP clients, under {@code bridge}:
   * for a node that found this provider by its interface.
   */
  public static final String ADDRESSES = "weft.addresses";

  private static final String CONTRACT_DEFAULT = "conf/openapi.yaml";
  private static final String HOST_DEFAULT = "127.0.0.1";
  private static final String EXPLAIN_DEFAULT = "loopback";
  private static final int PORT_DEFAULT = 8080;

  /** Ports for which Vert.x takes one ephemeral port per number; see {@link RoutingVerticle}. */
  private static final int EPHEMERAL_NUMBERS = 1 << 30;

  private final Promise<String> address = Promise.promise();
  private final AtomicInteger instances = new AtomicInteger();
  private final List<RoutingVerticle> gateways = new CopyOnWriteArrayList<>();
  private @Nullable NodeGateway opened;

  /** Creates the provider; the service loader does. */
  public RoutingProvider() {}

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String version() {
    return "1.0.0";
  }

  /** Returns the address at which the gateway listens, once its first instance does. */
  public Future<String> address() {
    return address.future();
  }

  @Override
  public Future<Void> open(Host host) {
    var http = http(host);
    var limits =
        new Rates(host.time().ticker(), host.time().rng().nextLong(), () -> host.mesh().policies());
    int port = shared(host, http.getInteger("port", PORT_DEFAULT));
    int tcp = bridge(host).getInteger("tcpPort", -1);
    var tcpPort = tcp < 0 ? null : Integer.valueOf(shared(host, tcp));
    return contract(host, http.getString("contract", CONTRACT_DEFAULT))
        .onSuccess(
            contract ->
                opened = new NodeGateway(contract, Docs.of(contract), limits, port, tcpPort))
        .mapEmpty();
  }

  private static Future<Contract> contract(Host host, String file) {
    var data = host.settings().getJsonObject("node", new JsonObject()).getString("data");
    return data == null
        ? ContractReader.read(host.vertx(), file)
        : ContractReader.read(host.vertx(), file, Path.of(data, "contract.valid"));
  }

  /** Returns a port, or instead of 0 what has all instances share one that is free. */
  private static int shared(Host host, int port) {
    return port == 0 ? -1 - host.time().rng().nextInt(EPHEMERAL_NUMBERS) : port;
  }

  @Override
  public Deployable instance(Host host) {
    if (opened == null) {
      throw new IllegalStateException("routing is not open (expected: open before instance)");
    }
    var gateway =
        new RoutingVerticle(
            host,
            opened,
            instances.incrementAndGet(),
            (what, actual) -> listening(host, what, actual));
    gateways.add(gateway);
    return gateway;
  }

  @Override
  public Future<List<Measure>> measure() {
    gateways.removeIf(RoutingVerticle::leaving);
    return Future.all(gateways.stream().map(RoutingVerticle::measure).toList())
        .map(all -> once(all.<List<Measure>>list().stream().flatMap(List::stream).toList()));
  }

  /** Instances that share a port show one certificate; one that has not yet looked is the least. */
  private static List<Measure> once(List<Measure> all) {
    var byLabels = new LinkedHashMap<List<Object>, Measure>();
    for (var each : all) {
      byLabels.merge(
          List.of(each.name(), each.labels()),
          each,
          (one, other) -> other.value() < one.value() ? other : one);
    }
    return List.copyOf(byLabels.values());
  }

  private void listening(Host host, String what, int actualPort) {
    boolean http = what.equals("http");
    var at = (http ? hostName(host) : bridgeHostName(host)) + ":" + actualPort;
    host.vertx().sharedData().<String, String>getLocalMap(ADDRESSES).put(what, at);
    if (http) {
      address.tryComplete(at);
    }
  }

  /** Returns the settings under {@code http}. */
  static JsonObject http(Host host) {
    return host.settings().getJsonObject("http", new JsonObject());
  }

  /**
   * Returns whether clients may ask that their calls be explained: {@code always}, {@code never},
   * or, by default, where only this host can be a client.
   */
  static boolean explains(Host host) {
    return switch (http(host).getString("explain", EXPLAIN_DEFAULT)) {
      case "always" -> true;
      case "never" -> false;
      default -> Loopback.is(hostName(host));
    };
  }

  /** Returns the host name or address to listen on. */
  static String hostName(Host host) {
    return http(host).getString("host", HOST_DEFAULT);
  }

  /** Returns the settings under {@code bridge}. */
  static JsonObject bridge(Host host) {
    return host.settings().getJsonObject("bridge", new JsonObject());
  }

  /** Returns the host name or address on which the bridge listens for TCP clients. */
  static String bridgeHostName(Host host) {
    return bridge(host).getString("tcpHost", HOST_DEFAULT);
  }
}
