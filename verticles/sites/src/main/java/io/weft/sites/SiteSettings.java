package io.weft.sites;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.ProxyOptions;
import io.vertx.core.net.ProxyType;
import io.weft.mesh.MeshLimits;
import io.weft.mesh.link.HubAddress;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What the settings of a node say of its site.
 *
 * @param self the site's name
 * @param gateway where this node's gateway listens, as far as the settings say
 * @param hub where the hub is that the site links to; empty when it has none
 * @param imports services that answer here too: at an edge those of its hub, at a hub those of its
 *     edges
 * @param exports what other sites may call here, by the site's name or {@code *}
 * @param proxy what the way to the hub goes through; null for none
 * @param followsHub whether the site goes by the policies of its hub; never without one
 */
record SiteSettings(
    String self,
    HubAddress gateway,
    Optional<HubAddress> hub,
    Set<String> imports,
    JsonObject exports,
    @Nullable ProxyOptions proxy,
    boolean followsHub) {
  private static final JsonArray IMPORTS_DEFAULT = JsonArray.of("users", "orders");

  private static final int PORT_DEFAULT = 8080;

  /**
   * Reads the settings of a node.
   *
   * @throws IllegalArgumentException if they make no sense
   */
  static SiteSettings of(JsonObject settings) {
    var node = settings.getJsonObject("node", new JsonObject());
    var http = settings.getJsonObject("http", new JsonObject());
    var sites = settings.getJsonObject("sites", new JsonObject());
    var hub = sites.getString("hub", "");
    boolean tls = !sites.getString("hubTls", "on").equals("off");
    var imports = new TreeSet<String>();
    var named =
        hub.isEmpty()
            ? sites.getJsonArray("edgeImports", new JsonArray())
            : sites.getJsonArray("imports", IMPORTS_DEFAULT);
    named.forEach(each -> imports.add(each.toString()));
    return new SiteSettings(
        node.getString("site", "local"),
        gateway(http),
        hub.isEmpty() ? Optional.empty() : Optional.of(address(hub, tls)),
        imports,
        sites.getJsonObject("exports", new JsonObject()),
        proxy(sites.getString("proxy", "")),
        !hub.isEmpty() && sites.getString("policies", "own").equals("hub"));
  }

  private static HubAddress gateway(JsonObject http) {
    int port = http.getInteger("port", PORT_DEFAULT);
    return new HubAddress(
        http.getString("host", "127.0.0.1"),
        port == 0 ? PORT_DEFAULT : port, // One that is not known beforehand: sites are told theirs.
        !http.getString("certificate", "").isEmpty());
  }

  private static @Nullable ProxyOptions proxy(String text) {
    if (text.isEmpty()) {
      return null;
    }
    int colon = text.lastIndexOf(':');
    if (colon < 1 || !text.substring(colon + 1).matches("[0-9]{1,5}")) {
      throw new IllegalArgumentException(
          "sites.proxy: " + text + " (expected: host:port of an HTTP proxy)");
    }
    return new ProxyOptions()
        .setType(ProxyType.HTTP)
        .setHost(text.substring(0, colon))
        .setPort(Integer.parseInt(text.substring(colon + 1)))
        .setConnectTimeout(MeshLimits.LINK_CONNECT_TIMEOUT);
  }

  /** Returns the address in a setting: a host, or {@code host:port}. */
  private static HubAddress address(String text, boolean tls) {
    int colon = text.lastIndexOf(':');
    if (colon < 0) {
      return new HubAddress(text, PORT_DEFAULT, tls);
    }
    var port = text.substring(colon + 1);
    if (!port.matches("[0-9]{1,5}")) {
      throw new IllegalArgumentException(
          "sites.hub: " + text + " (expected: a host, or host:port of the hub's gateway)");
    }
    return new HubAddress(text.substring(0, colon), Integer.parseInt(port), tls);
  }
}
