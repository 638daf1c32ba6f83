package io.weft.node;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VertxOptions;
import io.vertx.core.json.JsonObject;
import io.vertx.micrometer.MetricsDomain;
import io.vertx.micrometer.MicrometerMetricsOptions;
import io.vertx.micrometer.VertxPrometheusOptions;
import io.vertx.micrometer.backends.BackendRegistries;
import io.weft.mesh.ServiceProvider;
import io.weft.mesh.bus.BusSecurity;
import io.weft.mesh.bus.ClusterNode;
import io.weft.mesh.link.LinkDoorway;
import io.weft.mesh.pki.Expiry;
import io.weft.mesh.policy.SitePolicies;
import io.weft.mesh.security.TokenKeys;
import io.weft.mesh.security.Tokens;
import io.weft.mesh.time.Ticker;
import io.weft.mesh.time.WallClock;
import io.weft.node.cli.Version;
import io.weft.node.observe.MeshMeters;
import io.weft.node.observe.Observatory;
import io.weft.node.observe.OperatorVerticle;
import io.weft.node.policy.PolicyDesk;
import io.weft.node.policy.PolicyStart;
import io.weft.node.scale.Deployments;
import io.weft.node.scale.ScaleRoom;
import io.weft.node.settings.Settings;
import io.weft.node.yaml.YamlText;
import io.weft.routing.RoutingProvider;
import io.weft.routing.admin.AdminServer;
import io.weft.routing.admin.AuditLog;
import io.weft.routing.contract.FoundValid;
import io.weft.routing.gateway.PortTls;
import io.weft.routing.upstream.Upstreams;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One node: its Vert.x on the cluster, its services, its admin API and its PostgreSQL, put together
 * here and nowhere else.
 *
 * <p>Everything that a start has taken is given back when it fails. Futures complete on any thread.
 */
public final class Node {
  private static final Logger LOG = LoggerFactory.getLogger(Node.class);

  private final Settings settings;
  private final Providers providers;
  private final Postgres postgres;
  private final ClusterNode cluster;
  private final ServiceProvider.Host host;
  private final Checks checks;
  private final Deployments deployments;
  private final ScaleRoom scale;
  private final AdminServer admin;
  private final Upstreams upstreams;
  private final Optional<YamlText> policyFile;
  private final Observatory observatory;
  private final Map<String, String> addresses = new ConcurrentSkipListMap<>();
  private final Promise<Void> stopped = Promise.promise();
  private final AuditLog audit;
  private volatile @Nullable PolicyDesk policyDesk;
  private volatile @Nullable TokenKeys keys;
  private boolean stopping;

  private Node(
      Settings settings,
      Providers providers,
      Optional<YamlText> policyFile,
      Postgres postgres,
      ClusterNode cluster,
      MeshMeters meters) {
    this.policyFile = policyFile;
    this.settings = settings;
    this.providers = providers;
    this.postgres = postgres;
    this.cluster = cluster;
    checks = new Checks(() -> cluster.mesh().nodes().size(), cluster.time());
    host =
        new ServiceProvider.Host(
            cluster.vertx(),
            cluster.mesh(),
            cluster.time(),
            settings.with("postgres.uri", postgres.uri(), "running").nested(),
            checks::ask,
            this::tokens,
            new LinkDoorway(),
            this::sitePolicies);
    deployments = new Deployments(host);
    observatory = new Observatory(meters, cluster.mesh(), cluster.time(), traces(settings));
    scale =
        new ScaleRoom(
            cluster,
            deployments,
            Providers.EDGE,
            observatory,
            checks::draining,
            settings.path("node.data"));
    admin =
        new AdminServer(
            cluster.vertx(),
            cluster.mesh(),
            cluster.time(),
            checks::ask,
            settings.origins(),
            scale.desk(),
            this::tokens);
    upstreams =
        new Upstreams(
            host, cluster.mesh(), settings.text("node.zone"), () -> List.copyOf(known().values()));
    admin.upstreams(upstreams);
    admin.check(scale.desk()::findings);
    observatory.part("admin", admin::measure);
    audit =
        new AuditLog(
            cluster.vertx(),
            settings
                .path("node.data")
                .resolve("audit")
                .resolve(settings.text("node.name") + ".jsonl"));
    admin.audit(audit);
    admin.contract(settings.path("admin.contract").toString());
    cluster.mesh().explainOneIn(settings.number("explain.oneIn"));
  }

  /**
   * Starts a node.
   *
   * @return the node, once it is ready; or fails with a {@link StartFailure}, with nothing left
   *     running
   */
  public static Future<Node> start(Settings settings) {
    Providers providers;
    Optional<YamlText> policyFile;
    BusSecurity bus;
    try {
      providers = Providers.of(settings);
      policyFile = PolicyStart.file(settings);
      bus = BusFiles.of(settings);
      DataFolder.open(settings.path("node.data"), WallClock.system());
      nameIsFree(settings);
    } catch (StartFailure e) {
      return Future.failedFuture(e);
    }
    // Side by side: each takes seconds, and neither needs the other.
    var postgres = providers.keepData() ? Postgres.acquire(settings) : Postgres.none();
    var meters = new MeshMeters(Ticker.system());
    var cluster = join(settings, providers, bus, meters);
    return Future.join(postgres, cluster)
        .transform(
            done ->
                done.succeeded()
                    ? new Node(
                            settings,
                            providers,
                            policyFile,
                            postgres.result(),
                            cluster.result(),
                            meters)
                        .rise(bus)
                    : undo(postgres, cluster));
  }

  private static void nameIsFree(Settings settings) {
    var name = settings.text("node.name");
    try {
      for (var file : NodeFile.list(settings.path("node.data"))) {
        if (file.name().equals(name)
            && file.alive()
            && file.pid() != ProcessHandle.current().pid()) {
          throw new StartFailure(
              "node "
                  + name
                  + " runs already (process "
                  + file.pid()
                  + "): stop it with scripts/stop.sh "
                  + name
                  + ", or choose another name with --name");
        }
      }
      NodeFile.remove(settings.path("node.data"), name);
    } catch (IOException e) {
      throw new StartFailure(String.valueOf(e.getMessage()), e);
    }
  }

  private static Future<ClusterNode> join(
      Settings settings, Providers providers, @Nullable BusSecurity bus, MeshMeters meters) {
    // Instances of the gateway that share an event loop are no more than one.
    int gateways = settings.services().getOrDefault(Providers.EDGE, 0);
    int cores = Runtime.getRuntime().availableProcessors();
    var base =
        new VertxOptions()
            .setEventLoopPoolSize(Math.max(ClusterNode.EVENT_LOOPS, Math.min(gateways, cores)))
            .setWorkerPoolSize(settings.number("node.workers"))
            .setMetricsOptions(
                new MicrometerMetricsOptions()
                    .setPrometheusOptions(new VertxPrometheusOptions().setEnabled(true))
                    .setJvmMetricsEnabled(true)
                    // The mesh and the gateway count their calls and requests themselves; what
                    // Vert.x looks up for each of them, and for each read and write, costs more.
                    .addDisabledMetricsCategory(MetricsDomain.EVENT_BUS)
                    .addDisabledMetricsCategory(MetricsDomain.HTTP_SERVER)
                    .addDisabledMetricsCategory(MetricsDomain.HTTP_CLIENT)
                    .addDisabledMetricsCategory(MetricsDomain.NET_SERVER)
                    .addDisabledMetricsCategory(MetricsDomain.NET_CLIENT)
                    .setEnabled(true));
    var checked = schemaChecked(settings);
    return ClusterNode.join(
            new ClusterNode.Settings(
                settings.text("node.name"),
                settings.text("node.site"),
                settings.text("node.zone"),
                Version.TEXT,
                settings.text("cluster.name"),
                settings.text("cluster.host"),
                settings.number("cluster.port"),
                settings.number("cluster.busPort"),
                settings.list("cluster.join"),
                settings.path("cluster.config"),
                providers.names(),
                providers.installed(),
                bus),
            base,
            meters)
        .onSuccess(joined -> joined.vertx().executeBlocking(() -> told(checked)))
        .recover(e -> Future.failedFuture(line(e)));
  }

  private static boolean told(Runnable what) {
    what.run();
    return true;
  }

  /**
   * Has Hazelcast hold its configuration against the schema, unless this very text passed before:
   * that takes longer than to read it.
   *
   * @return remembers that it passed
   */
  private static Runnable schemaChecked(Settings settings) {
    var file = settings.path("node.data").resolve("cluster.valid");
    var found = new FoundValid(file, ClusterNode.checkSchema(true));
    try {
      var text = Files.readAllBytes(settings.path("cluster.config"));
      if (found.has(text)) {
        ClusterNode.checkSchema(false);
        return () -> {};
      }
      return () -> found.add(text);
    } catch (IOException e) {
      LOG.debug("the configuration of the cluster cannot be read", e);
      return () -> {}; // Whoever reads it next says so.
    }
  }

  private static Observatory.Traces traces(Settings settings) {
    return new Observatory.Traces(
        settings.number("traces.oneIn"),
        Duration.ofMillis(settings.number("traces.slowMillis")),
        settings.text("traces.otlp"));
  }

  private static StartFailure line(Throwable e) {
    return e instanceof StartFailure known
        ? known
        : new StartFailure(e.getMessage() == null ? e.toString() : e.getMessage(), e);
  }

  private static Future<Node> undo(Future<Postgres> postgres, Future<ClusterNode> cluster) {
    var cause = postgres.failed() ? postgres.cause() : cluster.cause();
    return quietly("cluster", () -> cluster.succeeded() ? cluster.result().stop() : done())
        .compose(
            left ->
                quietly(
                    "PostgreSQL",
                    () -> postgres.succeeded() ? postgres.result().release() : done()))
        .compose(released -> Future.failedFuture(line(cause)));
  }

  private static Future<Void> done() {
    return Future.succeededFuture();
  }

  private Future<Node> rise(@Nullable BusSecurity bus) {
    var risen = Promise.<Node>promise();
    // Providers are opened on an event loop.
    cluster
        .vertx()
        .runOnContext(
            go ->
                Future.succeededFuture()
                    .onSuccess(none -> observatory.open(BackendRegistries.getDefaultNow()))
                    // Side by side: what a service opens needs no other node.
                    .compose(
                        none ->
                            Future.join(
                                cluster.enter(),
                                readBus(bus)
                                    .compose(read -> openKeys())
                                    .compose(open -> openServices())))
                    .compose(open -> Future.join(openPolicies(), audit.open(), scale.open()))
                    .compose(open -> Future.join(openAdmin(), deployAll()))
                    .compose(deployed -> upstreams.start(settings.object("upstreams")))
                    .compose(standing -> cluster.ready())
                    .compose(ready -> tell())
                    .map(this)
                    .recover(e -> stop().compose(ended -> Future.failedFuture(line(e))))
                    .onComplete(risen));
    return risen.future();
  }

  /** What the bus shows it has read by now, and reads no more. */
  private Future<Void> readBus(@Nullable BusSecurity bus) {
    return bus == null
        ? done()
        : cluster
            .vertx()
            .executeBlocking(bus::expires)
            .onSuccess(
                until -> {
                  var shown = List.of(Expiry.measure("bus", until));
                  observatory.part("bus", () -> shown);
                })
            .mapEmpty();
  }

  private Future<Void> openPolicies() {
    return PolicyStart.open(settings, cluster, policyFile, providers.installed().keySet())
        .onSuccess(
            desk -> {
              policyDesk = desk;
              admin.policies(desk);
            })
        .mapEmpty();
  }

  private SitePolicies sitePolicies() {
    return Objects.requireNonNull(policyDesk, "no policies yet").site();
  }

  private Future<Void> openKeys() {
    return Keys.open(settings, cluster.vertx(), cluster.time())
        .onSuccess(open -> keys = open)
        .mapEmpty();
  }

  private Tokens tokens() {
    return Keys.tokens(settings, Objects.requireNonNull(keys, "no keys yet"), cluster.time());
  }

  private void closeKeys() {
    var open = keys;
    if (open != null) {
      open.close();
    }
  }

  private Future<Void> openServices() {
    var watch = postgres.check(cluster.vertx());
    if (postgres.present()) {
      checks.postgres(watch);
      watch.watch(cluster.time());
    }
    return providers
        .open(host)
        .onSuccess(
            open ->
                providers
                    .hosted()
                    .forEach(
                        provider -> {
                          deployments.host(provider);
                          observatory.service(provider);
                          checks.service(provider);
                        }));
  }

  private Future<Void> openAdmin() {
    var at = settings.text("admin.host");
    admin.secure(PortTls.of(cluster.vertx(), settings.nested().getJsonObject("admin"), "admin"));
    return admin
        .start(at, settings.number("admin.port"))
        .onSuccess(port -> addresses.put("admin", reachable(at + ":" + port)))
        .mapEmpty();
  }

  /** Deploys what runs here: the gateway at last, since those whom it lets in want the others. */
  private Future<Void> deployAll() {
    var operator =
        new OperatorVerticle(
            cluster,
            observatory,
            settings,
            checks::ask,
            this::policiesShown,
            providers.hosted(),
            audit);
    var deployed = new ArrayList<Future<?>>();
    deployed.add(cluster.vertx().deployVerticle(operator));
    for (var service : providers.names()) {
      if (!service.equals(Providers.EDGE)) {
        deployed.add(deploy(service));
      }
    }
    return Future.join(deployed)
        .compose(
            others -> providers.names().contains(Providers.EDGE) ? deploy(Providers.EDGE) : done());
  }

  private Future<Void> deploy(String service) {
    int asked = settings.services().getOrDefault(service, 0);
    return deployments
        .set(service, scale.first(service, asked))
        .recover(e -> Future.failedFuture(Providers.cannotStart(service, e)))
        .mapEmpty();
  }

  private JsonObject policiesShown() {
    return Objects.requireNonNull(policyDesk, "no policies yet").show();
  }

  /** Returns where this node listens, as far as is known by now. */
  private Map<String, String> known() {
    addresses.put("cluster", settings.text("cluster.host") + ":" + settings.number("cluster.port"));
    cluster
        .vertx()
        .sharedData()
        .<String, String>getLocalMap(RoutingProvider.ADDRESSES)
        .forEach((what, address) -> addresses.put(what, reachable(address)));
    return addresses;
  }

  private Future<Void> tell() {
    var published =
        known().entrySet().stream()
            .map(each -> cluster.mesh().publishAddress(each.getKey(), each.getValue()))
            .toList();
    return Future.all(published).compose(all -> writeFile());
  }

  // An address that stands for all of the host's is of no use to others.
  private String reachable(String address) {
    int colon = address.lastIndexOf(':');
    var name = address.substring(0, colon);
    return name.equals("0.0.0.0") || name.equals("::")
        ? settings.text("cluster.host") + address.substring(colon)
        : address;
  }

  private Future<Void> writeFile() {
    Instant now = cluster.time().wall().now();
    Instant started = NodeFile.startOfThisProcess(now);
    var file =
        new NodeFile(
            settings.text("node.name"),
            ProcessHandle.current().pid(),
            started,
            Math.max(0, Duration.between(started, now).toMillis()),
            settings.text("node.site"),
            settings.text("node.zone"),
            addresses,
            tls());
    checks.ready();
    return cluster
        .vertx()
        .<Void>executeBlocking(
            () -> {
              file.write(settings.path("node.data"));
              return null;
            })
        .onSuccess(
            written ->
                LOG.info(
                    "node {} is ready after {} ms: {}  docs {}  admin {}",
                    file.name(),
                    file.readyAfterMillis(),
                    file.url("http").map(URI::toString).orElse("-"),
                    file.url("http").map(url -> url + "/docs").orElse("-"),
                    file.url("admin").map(URI::toString).orElse("-")));
  }

  /** Returns the purposes of those ports that speak TLS. */
  private Set<String> tls() {
    var tls = new TreeSet<String>();
    if (!settings.text("http.certificate").isEmpty()) {
      tls.add("http");
      tls.add("bridge"); // With the gateway's own certificate.
    }
    if (!settings.text("admin.certificate").isEmpty()) {
      tls.add("admin");
    }
    tls.retainAll(addresses.keySet());
    return tls;
  }

  /** Returns where the node can be reached, as {@code host:port} by purpose. */
  public Map<String, String> addresses() {
    return Map.copyOf(addresses);
  }

  /** Returns what a node offers to services on it. */
  public ServiceProvider.Host host() {
    return host;
  }

  /**
   * Stops the node in order: the gateway, the services, the cluster, PostgreSQL; what runs is
   * finished first.
   *
   * @return completes when all is given back; a further call waits for the same
   */
  public Future<Void> stop() {
    synchronized (this) {
      if (stopping) {
        return stopped.future();
      }
      stopping = true;
    }
    checks.stopping();
    scale.close();
    closeKeys();
    observatory.close();
    LOG.info("node {} is stopping", settings.text("node.name"));
    var services = providers.names().stream().filter(name -> !name.equals(Providers.EDGE)).toList();
    quietly("gateway", () -> deployments.stop(Providers.EDGE))
        .compose(done -> quietly("upstreams", upstreams::stop))
        .compose(done -> quietly("services", () -> stopAll(services)))
        .compose(done -> quietly("admin API", admin::close))
        .compose(done -> quietly("service providers", providers::close))
        .compose(done -> quietly("cluster", cluster::stop))
        .compose(done -> quietly("PostgreSQL", postgres::release))
        .compose(done -> quietly("node file", this::removeFile))
        .onSuccess(done -> LOG.info("node {} has stopped", settings.text("node.name")))
        .onComplete(stopped);
    return stopped.future();
  }

  /**
   * Returns what completes when this node is a member of its cluster no more, on any thread: it was
   * stopped, or lost the cluster for good and is to be stopped.
   */
  public Future<Void> ended() {
    return cluster.ended();
  }

  private Future<Void> stopAll(List<String> services) {
    return Future.join(services.stream().map(deployments::stop).toList()).mapEmpty();
  }

  private Future<Void> removeFile() {
    try {
      NodeFile.remove(settings.path("node.data"), settings.text("node.name"));
      return done();
    } catch (IOException e) {
      return Future.failedFuture(e);
    }
  }

  // Whatever does not stop well must not keep the rest from stopping.
  private static Future<Void> quietly(String what, Supplier<Future<Void>> step) {
    return Future.succeededFuture()
        .compose(go -> step.get())
        .recover(
            e -> {
              LOG.warn("{} did not stop well", what, e);
              return Future.succeededFuture();
            });
  }
}
