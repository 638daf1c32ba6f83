package io.weft.mesh.bus;

import com.hazelcast.config.Config;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Where a node looks for the other nodes of its cluster: at {@code host:port} of some of them, or
 * at one {@code dns:name} that has the addresses of all, as a headless service of Kubernetes does.
 *
 * <p>A name is asked for anew whenever the node joins or looks for another half of its cluster; the
 * nodes behind it all have the same cluster port.
 *
 * @param join the seeds as they were given
 */
public record Seeds(List<String> join) {
  /** How a name begins that has the addresses of all nodes. */
  public static final String DNS = "dns:";

  /** Copies the list. */
  public Seeds {
    join = List.copyOf(join);
  }

  /** Returns whether a seed is such a name; {@code dns:5701} is a port of a host called dns. */
  public static boolean isName(String seed) {
    return seed.startsWith(DNS) && !seed.substring(DNS.length()).matches("[0-9]*");
  }

  private boolean named() {
    return join.size() == 1 && isName(join.get(0));
  }

  private String name() {
    return join.get(0).substring(DNS.length());
  }

  /** Has Hazelcast look there, in whichever of its two forms its network is configured. */
  public void addTo(Config config, int port) {
    var advanced = config.getAdvancedNetworkConfig();
    var ways = advanced.isEnabled() ? advanced.getJoin() : config.getNetworkConfig().getJoin();
    if (!named()) {
      join.forEach(ways.getTcpIpConfig()::addMember);
      return;
    }
    // One way to join excludes the others.
    ways.getTcpIpConfig().setEnabled(false);
    ways.getKubernetesConfig()
        .setEnabled(true)
        .setProperty("service-dns", name())
        .setProperty("service-port", Integer.toString(port));
  }

  /** Returns the addresses as {@code host:port}; none for a name that is not known yet. */
  Future<List<String>> addresses(Vertx vertx, int port) {
    return named()
        ? vertx.executeBlocking(() -> resolve(name(), port), false)
        : Future.succeededFuture(join);
  }

  private static List<String> resolve(String name, int port) {
    try {
      return Arrays.stream(InetAddress.getAllByName(name))
          .map(address -> address.getHostAddress() + ":" + port)
          .collect(Collectors.toList());
    } catch (UnknownHostException e) {
      // A name without addresses is one behind which no node is ready: whoever asks is the first.
      return List.of();
    }
  }
}
