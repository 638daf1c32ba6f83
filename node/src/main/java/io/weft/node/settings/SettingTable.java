package io.weft.node.settings;

import io.weft.ledger.LedgerLimits;
import io.weft.mesh.MeshLimits;
import io.weft.mesh.security.Tokens;
import io.weft.node.NodeLimits;
import io.weft.node.policy.PolicyFile;
import io.weft.node.yaml.Nearest;
import io.weft.routing.RoutingLimits;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Every setting that a node has; flags, variables, files and documents all follow from it. */
final class SettingTable {
  private static final Kind NAME =
      Kind.text(
          "1 to 63 of a-z, 0-9 and -, beginning and ending with a letter or digit",
          "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");
  private static final Kind NAMED =
      Kind.text("1 to 200 visible characters, such as a URL", "[!-~]{1,200}");
  private static final Kind PORT = Kind.number("a port; 0 for any that is free", 0, 65_535);

  // Seeds name it, so it cannot be left to chance.
  private static final Kind SEED_PORT = Kind.number("a port", 1, 65_535);

  /** All settings, in the order in which they are printed. */
  static final List<Setting> ALL =
      List.of(
          new Setting(
              "node.name", "--name", NAME, hostName(), "the node's name, unique in its site"),
          new Setting("node.site", "--site", NAME, "local", "the cluster that the node belongs to"),
          new Setting("node.zone", "--zone", NAME, "a", "the failure domain inside the site"),
          new Setting(
              "node.data",
              "--data",
              Kind.path("a folder", false),
              "data",
              "the folder of what is kept: PostgreSQL, logs, node files"),
          new Setting(
              "node.policies",
              "--policies",
              Kind.path("a file", false),
              PolicyFile.FILE,
              "the policies of a site that has none yet; see docs/POLICIES.md"),
          new Setting(
              "node.profile",
              "--profile",
              Kind.choice("default", "edge"),
              "default",
              "edge: less memory, fewer threads and connections, for small hosts"),
          new Setting(
              "node.workers",
              "--workers",
              Kind.number("threads", 1, 64),
              Integer.toString(NodeLimits.WORKERS),
              "threads for what may block: files, passwords, the cluster"),
          new Setting(
              "services",
              "--services",
              Kind.services(),
              "users=1,orders=1,sites=1,routing=cores",
              "the services that the node hosts, with their instances at start; cores: one per core,"
                  + " at most "
                  + NodeLimits.INSTANCES_FOR_CORES_MAX),
          new Setting(
              "cluster.name",
              "--cluster-name",
              NAME,
              "weft",
              "the cluster's name; nodes of another name are refused"),
          new Setting(
              "cluster.host",
              "--host",
              Kind.memberHost(),
              "127.0.0.1",
              "the address that the cluster and the event bus bind to"),
          new Setting(
              "cluster.port", "--cluster-port", SEED_PORT, "5701", "the TCP port of the cluster"),
          new Setting("cluster.busPort", "--bus-port", PORT, "0", "the TCP port of the event bus"),
          new Setting(
              "cluster.join",
              "--join",
              Kind.seeds(),
              "",
              "nodes to join, as host:port of their cluster ports, or dns:name of a name with all their"
                  + " addresses; none founds a cluster"),
          new Setting(
              "cluster.config",
              "--cluster-config",
              Kind.path("a file", false),
              "cluster.xml",
              "the Hazelcast configuration"),
          new Setting(
              "http.host", "--http-host", Kind.host(), "127.0.0.1", "the address of the HTTP API"),
          new Setting("http.port", "--http-port", PORT, "8080", "the TCP port of the HTTP API"),
          new Setting(
              "http.contract",
              "--http-contract",
              Kind.path("a file", false),
              "conf/openapi.yaml",
              "the OpenAPI contract of the HTTP API"),
          new Setting(
              "http.explain",
              "--http-explain",
              Kind.choice("loopback", "always", "never"),
              "loopback",
              "whether Weft-Explain: 1 has a call explained; loopback: if http.host is one"),
          new Setting(
              "http.requestsMax",
              "--http-requests",
              Kind.number("requests", 1, 1_000_000),
              Integer.toString(RoutingLimits.REQUESTS_MAX),
              "requests that one gateway instance runs at a time"),
          new Setting(
              "http.connectionsMax",
              "--http-connections",
              Kind.number("connections", 1, 1_000_000),
              Integer.toString(RoutingLimits.CONNECTIONS_MAX),
              "connections that one gateway instance has at a time"),
          new Setting(
              "http.connectionsPerAddressMax",
              "--http-connections-per-address",
              Kind.number("connections", 1, 1_000_000),
              Integer.toString(RoutingLimits.CONNECTIONS_PER_ADDRESS_MAX),
              "those of them that one address has"),
          new Setting(
              "http.h2c",
              "--http-h2c",
              Kind.choice("on", "off"),
              "off",
              "HTTP/2 in clear text too; a client may then take for ever over its first headers"),
          new Setting(
              "http.certificate",
              "--http-certificate",
              Kind.path("a file", true),
              "",
              "the PEM certificate chain of the HTTP API, taken anew when it changes; empty for no"
                  + " TLS"),
          new Setting(
              "http.key",
              "--http-key",
              Kind.path("a file", true),
              "",
              "the PEM private key of http.certificate"),
          new Setting(
              "http.origins",
              "--http-origins",
              Kind.origins(),
              "",
              "origins whose pages may call the API, as https://host; none for only its own"),
          new Setting(
              "bridge.messagesPerSecond",
              "--bridge-messages-per-second",
              Kind.number("messages", 1, 1_000_000),
              Integer.toString(RoutingLimits.BRIDGE_MESSAGES_PER_SECOND),
              "how many messages a client of the event-bus bridge may send per second"),
          new Setting(
              "bridge.tcpHost",
              "--bridge-tcp-host",
              Kind.host(),
              "127.0.0.1",
              "the address of the event-bus bridge's TCP port"),
          new Setting(
              "bridge.tcpPort",
              "--bridge-tcp-port",
              Kind.portOrOff(),
              "off",
              "the TCP port of the event-bus bridge, for clients other than browsers"),
          new Setting(
              "admin.host",
              "--admin-host",
              Kind.host(),
              "127.0.0.1",
              "the address of the admin API"),
          new Setting("admin.port", "--admin-port", PORT, "9080", "the TCP port of the admin API"),
          new Setting(
              "admin.certificate",
              "--admin-certificate",
              Kind.path("a file", true),
              "",
              "the PEM certificate chain of the admin API, as http.certificate"),
          new Setting(
              "admin.key",
              "--admin-key",
              Kind.path("a file", true),
              "",
              "the PEM private key of admin.certificate"),
          new Setting(
              "admin.contract",
              "--admin-contract",
              Kind.path("a file", false),
              "conf/admin.yaml",
              "the OpenAPI contract that the admin API shows"),
          new Setting(
              "security.keyFile",
              "--security-key-file",
              Kind.path("a file", true),
              "",
              "the keys of tokens, a JWK set or PEM, the first of which signs; empty: see jwksUrl"),
          new Setting(
              "security.jwksUrl",
              "--security-jwks-url",
              Kind.text(
                  "an https URL; http on this host alone; or nothing", "(https?://\\S{1,500})?"),
              "",
              "where the keys of tokens are fetched; without either, a key is made in node.data"),
          new Setting(
              "security.issuer",
              "--security-issuer",
              NAMED,
              Tokens.NAME,
              "who issues the tokens that are taken here"),
          new Setting(
              "security.audience",
              "--security-audience",
              NAMED,
              Tokens.NAME,
              "whom the tokens must be for that are taken here"),
          new Setting(
              "security.mode",
              "--security-mode",
              Kind.choice("development", "production"),
              "development",
              "production: operations whose policy names nobody in allow may be called by nobody"),
          new Setting(
              "security.busCertificate",
              "--bus-certificate",
              Kind.path("a file", true),
              "",
              "the PEM certificate that this node shows on the bus; empty for a bus without TLS"),
          new Setting(
              "security.busKey",
              "--bus-key",
              Kind.path("a file", true),
              "",
              "the PEM private key of security.busCertificate"),
          new Setting(
              "security.busAuthority",
              "--bus-authority",
              Kind.path("a file", true),
              "",
              "the PEM certificates of the authorities that other nodes' certificates are by"),
          new Setting(
              "upstreams",
              "--upstreams",
              Kind.upstreams(),
              "",
              "HTTP services outside of the mesh that join it"),
          new Setting(
              "sites.hub",
              "--link",
              Kind.hub(),
              "",
              "the hub that this site links to; empty for a site that has none"),
          new Setting(
              "sites.hubTls",
              "--link-tls",
              Kind.choice("on", "off"),
              "on",
              "whether to go there by TLS; a link proves and seals itself without it too"),
          new Setting(
              "sites.proxy",
              "--link-proxy",
              Kind.proxy(),
              "",
              "the HTTP proxy that the way to the hub goes through, by CONNECT; empty for none"),
          new Setting(
              "sites.imports",
              "--imports",
              Kind.serviceNames(),
              "users,orders",
              "the services of the hub that answer at this site too"),
          new Setting(
              "sites.edgeImports",
              "--edge-imports",
              Kind.serviceNames(),
              "",
              "at a hub: the services of its edges that answer at it too, as those of their sites"),
          new Setting(
              "sites.exports",
              "--exports",
              Kind.exports(),
              "",
              "what other sites may call at this one, by site or *; what an edge needs by default"),
          new Setting(
              "sites.policies",
              "--site-policies",
              Kind.choice("own", "hub"),
              "own",
              "whether this site goes by policies of its own, or by those of its hub"),
          new Setting(
              "postgres.uri",
              "--postgres",
              Kind.postgres(),
              "embedded",
              "where PostgreSQL is; embedded keeps one under the data folder"),
          new Setting(
              "postgres.poolSize",
              "--postgres-pool",
              Kind.number("connections", 1, 100),
              "8",
              "connections to PostgreSQL per service on this node"),
          new Setting(
              "events.keptHours",
              "--events-kept-hours",
              Kind.number("hours", 1, LedgerLimits.EVENTS_KEPT_HOURS_MAX),
              Integer.toString(LedgerLimits.EVENTS_KEPT_HOURS),
              "how long the events of services can be read again"),
          new Setting(
              "events.keptMiB",
              "--events-kept-mib",
              Kind.number("MiB", 1, LedgerLimits.EVENTS_KEPT_MIB_MAX),
              Integer.toString(LedgerLimits.EVENTS_KEPT_MIB),
              "how many bytes of each service's events, the newest ones"),
          new Setting(
              "explain.oneIn",
              "--explain-one-in",
              Kind.number("calls", 0, 1_000_000),
              "0",
              "one call in so many is explained; 0 for those that ask for it only"),
          new Setting(
              "traces.oneIn",
              "--traces-one-in",
              Kind.number("traces", 0, 1_000_000),
              Integer.toString(MeshLimits.TRACES_ONE_IN),
              "one trace in so many is kept; 0 for slow, failed and asked for ones only"),
          new Setting(
              "traces.slowMillis",
              "--traces-slow-millis",
              Kind.number("milliseconds", 1, 600_000),
              Long.toString(MeshLimits.TRACES_SLOW.toMillis()),
              "what takes longer is kept as a span in any case"),
          new Setting(
              "traces.otlp",
              "--traces-otlp",
              Kind.text(
                  "http://host:4318 of an OpenTelemetry collector, or nothing",
                  "(https?://[^\\s/]+)?"),
              "",
              "the OpenTelemetry collector that spans are sent to, as http://host:4318"),
          new Setting(
              "log.format",
              "--log-format",
              Kind.choice("text", "json"),
              "text",
              "lines for people or JSON lines"),
          new Setting(
              "log.level",
              "--log-level",
              Kind.choice("error", "warn", "info", "debug", "trace"),
              "info",
              "the least level that is logged"),
          new Setting(
              "log.file",
              "--log-file",
              Kind.path("a file", true),
              "",
              "where logs go, with a bound on their size; empty for standard output"));

  /** What a node of profile edge has where nobody says otherwise; the rest is as by default. */
  private static final Map<String, String> EDGE =
      Map.of(
          "node.workers",
          Integer.toString(NodeLimits.WORKERS_EDGE),
          "services",
          "users=1,orders=1,sites=1,routing=1",
          "http.requestsMax",
          Integer.toString(NodeLimits.REQUESTS_MAX_EDGE),
          "http.connectionsMax",
          Integer.toString(NodeLimits.CONNECTIONS_MAX_EDGE),
          "http.connectionsPerAddressMax",
          Integer.toString(NodeLimits.CONNECTIONS_MAX_EDGE),
          "postgres.poolSize",
          Integer.toString(NodeLimits.POSTGRES_POOL_EDGE));

  private SettingTable() {}

  /** Returns what a profile sets by default otherwise than usual, by the settings' keys. */
  static Map<String, String> profile(String name) {
    return name.equals("edge") ? EDGE : Map.of();
  }

  /** Returns the setting of a key. */
  static Optional<Setting> byKey(String key) {
    return ALL.stream().filter(setting -> setting.key().equals(key)).findFirst();
  }

  /** Returns the key most like a mistyped one, when one is near enough to be meant. */
  static Optional<String> nearest(String mistyped) {
    return Nearest.of(mistyped, ALL.stream().map(Setting::key).toList());
  }

  private static String hostName() {
    try {
      var name = InetAddress.getLocalHost().getHostName().toLowerCase(Locale.ROOT);
      var first = name.split("\\.", 2)[0].replaceAll("[^a-z0-9-]", "-");
      return first.matches("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?") ? first : "n1";
    } catch (UnknownHostException e) {
      // A host that cannot resolve its own name is no reason not to start; n1 is as good.
      return "n1";
    }
  }
}
