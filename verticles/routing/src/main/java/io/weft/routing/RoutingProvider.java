package io.weft.routing;

import io.vertx.core.Deployable;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.json.JsonObject;
import io.weft.mesh.ServiceProvider;
import io.weft.routing.contract.Contract;
import io.weft.routing.contract.ContractReader;
import io.weft.routing.docs.Docs;
import io.weft.routing.limit.Rates;
import org.jspecify.annotations.Nullable;

/**
 * Brings the gateway to a node.
 *
 * <p>It reads the contract once, and fails to open with one clear line when there is something
 * wrong with it. With {@code http.port} 0 the instances share one ephemeral port; {@link #address}
 * says which.
 */
public final class RoutingProvider implements ServiceProvider {
  /**
   * The name of the local map, in the node's shared data, in which the gateway leaves the address
   * at which it listens, under {@code http}: for a node that found this provider by its interface.
   */
  public static final String ADDRESSES = "weft.addresses";

  private static final String CONTRACT_DEFAULT = "conf/openapi.yaml";
  private static final String HOST_DEFAULT = "127.0.0.1";
  private static final String EXPLAIN_DEFAULT = "loopback";
  private static final int PORT_DEFAULT = 8080;

  /** Ports for which Vert.x takes one ephemeral port per number; see {@link RoutingVerticle}. */
  private static final int EPHEMERAL_NUMBERS = 1 << 30;

  private final Promise<String> address = Promise.promise();
  private @Nullable Contract contract;
  private @Nullable Docs docs;
  private @Nullable Rates limits;
  private int port;

  /** Creates the provider; the service loader does. */
  public RoutingProvider() {}

  @Override
  public String name() {
    return "routing";
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
    limits =
        new Rates(host.time().ticker(), host.time().rng().nextLong(), () -> host.mesh().policies());
    int asked = http.getInteger("port", PORT_DEFAULT);
    port = asked == 0 ? -1 - host.time().rng().nextInt(EPHEMERAL_NUMBERS) : asked;
    return ContractReader.read(host.vertx(), http.getString("contract", CONTRACT_DEFAULT))
        .compose(read -> Docs.load(host.vertx(), read).onSuccess(d -> keep(read, d)))
        .mapEmpty();
  }

  private void keep(Contract contract, Docs docs) {
    this.contract = contract;
    this.docs = docs;
  }

  @Override
  public Deployable instance(Host host) {
    if (contract == null || docs == null || limits == null) {
      throw new IllegalStateException("routing is not open (expected: open before instance)");
    }
    return new RoutingVerticle(
        host, contract, docs, port, limits, actual -> listening(host, actual));
  }

  private void listening(Host host, int actualPort) {
    var at = hostName(host) + ":" + actualPort;
    host.vertx().sharedData().<String, String>getLocalMap(ADDRESSES).put("http", at);
    address.tryComplete(at);
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
      default -> loopback(hostName(host));
    };
  }

  private static boolean loopback(String name) {
    return name.equals("localhost") || name.equals("::1") || name.startsWith("127.");
  }

  /** Returns the host name or address to listen on. */
  static String hostName(Host host) {
    return http(host).getString("host", HOST_DEFAULT);
  }
}
