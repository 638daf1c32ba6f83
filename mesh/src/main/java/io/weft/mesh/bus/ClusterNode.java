package io.weft.mesh.bus;

import com.hazelcast.config.Config;
import com.hazelcast.config.InvalidConfigurationException;
import com.hazelcast.config.XmlConfigBuilder;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.core.LifecycleEvent.LifecycleState;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.eventbus.EventBusOptions;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.NetSocket;
import io.vertx.core.net.SocketAddress;
import io.vertx.spi.cluster.hazelcast.HazelcastClusterManager;
import io.weft.mesh.discovery.NodeRecord;
import io.weft.mesh.discovery.NodeRecord.State;
import io.weft.mesh.discovery.Site;
import io.weft.mesh.policy.Archive;
import io.weft.mesh.policy.Epochs;
import io.weft.mesh.policy.Policies;
import io.weft.mesh.policy.PolicyReader;
import io.weft.mesh.telemetry.Telemetry;
import io.weft.mesh.time.Time;
import io.weft.mesh.time.WallClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A Vert.x that is a member of a cluster, with the mesh on it.
 *
 * <p>The node is on the site as {@code STARTING}, and calls others, from {@link #enter} on; others
 * call it from {@link #ready} on.
 */
public final class ClusterNode {
  /** A connection of the bus that is not made within this many milliseconds is not made. */
  private static final int BUS_CONNECT_TIMEOUT_MILLIS = 1_000;

  /** Milliseconds between two probes of a connection of the bus. */
  private static final long BUS_PING_INTERVAL_MILLIS = 1_000;

  /** Milliseconds after which a connection of the bus that answers no probe is closed. */
  private static final long BUS_PING_REPLY_MILLIS = 1_000;

  /**
   * Seconds without a byte from the other end, or a probe, after which a connection of the bus is
   * torn down. Closing it in order waits until all that was written has gone, and to a peer that
   * does not read it never goes.
   */
  private static final int BUS_SILENCE_SECONDS = 3;

  /** How long a name that seems to be in use is watched: its holder may have just died. */
  private static final Duration NAME_PATIENCE = Duration.ofSeconds(6);

  /** How long a node that is alone waits for a seed that listens: several attempts to merge. */
  private static final Duration SEED_PATIENCE = Duration.ofSeconds(15);

  /** A seed that takes no connection within this many milliseconds is down. */
  private static final int SEED_PROBE_MILLIS = 500;

  /** How long a node that stops waits for the end of a merge. */
  private static final Duration MERGE_PATIENCE = Duration.ofSeconds(20);

  /** How often a condition that a start waits for is looked at. */
  private static final Duration LOOK_INTERVAL = Duration.ofMillis(200);

  /**
   * Event loops of a node: one for two cores. A call passes from loop to loop several times, and
   * each passing wakes a thread; the bus reads and writes on one loop per connection in any case.
   */
  public static final int EVENT_LOOPS = Math.max(1, Runtime.getRuntime().availableProcessors() / 2);

  /** What Hazelcast reads when it reads a configuration: for the whole process. */
  private static final String SCHEMA_CHECK = "hazelcast.config.schema.validation.enabled";

  private final Vertx vertx;
  private final HazelcastInstance hazelcast;
  private final HazelcastSite site;
  private final Time time;
  private final BusMesh mesh;
  private final Merges merges;

  /** Without a context: those of this Vert.x end with it. */
  private final Promise<Void> ended = Promise.promise();

  /** Written by whoever has the node enter, read by whoever stops it. */
  private volatile boolean entered;

  /**
   * What a node says of itself, and where its cluster is.
   *
   * @param name the node's id, unique in the site
   * @param site the name of the site
   * @param zone the failure domain inside the site
   * @param version the version of the node's software
   * @param clusterName only nodes of the same name form a cluster
   * @param host the address that the cluster and the bus bind to
   * @param clusterPort the port of the cluster, 1 to 65535
   * @param busPort the port of the bus; 0 for any free one
   * @param join the {@link Seeds}; those that are down are tried again and again
   * @param clusterXml the file that configures the cluster
   * @param hosts the services that the node may host
   * @param versions the versions of services, where they are not that of the node's software
   * @param security what the node shows on the bus, and whom it believes; null for a bus in clear
   *     text that takes anybody
   */
  public record Settings(
      String name,
      String site,
      String zone,
      String version,
      String clusterName,
      String host,
      int clusterPort,
      int busPort,
      List<String> join,
      Path clusterXml,
      List<String> hosts,
      Map<String, String> versions,
      @Nullable BusSecurity security) {

    /** Creates the settings of a node whose services have the version of its software. */
    public Settings(
        String name,
        String site,
        String zone,
        String version,
        String clusterName,
        String host,
        int clusterPort,
        int busPort,
        List<String> join,
        Path clusterXml,
        List<String> hosts) {
      this(
          name,
          site,
          zone,
          version,
          clusterName,
          host,
          clusterPort,
          busPort,
          join,
          clusterXml,
          hosts,
          Map.of(),
          null);
    }

    Seeds seeds() {
      return new Seeds(join);
    }

    /** Returns these settings with a bus on which certificates are shown. */
    public Settings secured(BusSecurity shown) {
      return new Settings(
          name,
          site,
          zone,
          version,
          clusterName,
          host,
          clusterPort,
          busPort,
          join,
          clusterXml,
          hosts,
          versions,
          shown);
    }
  }

  private ClusterNode(
      Vertx vertx, HazelcastInstance hazelcast, HazelcastSite site, Time time, BusMesh mesh) {
    this.vertx = vertx;
    this.hazelcast = hazelcast;
    this.site = site;
    this.time = time;
    this.mesh = mesh;
    merges = new Merges(time.ticker());
    hazelcast.getLifecycleService().addLifecycleListener(merges);
    hazelcast
        .getLifecycleService()
        .addLifecycleListener(
            event -> {
              if (event.getState() == LifecycleState.SHUTDOWN) {
                ended.tryComplete();
              }
            });
  }

  /**
   * Joins the cluster, or begins one when no seed answers, and enters the mesh.
   *
   * @param base as for {@link #join}
   * @return fails with a {@link ClusterException} that says what to do, with nothing left running
   */
  public static Future<ClusterNode> start(
      Settings settings, VertxOptions base, Telemetry telemetry) {
    return join(settings, base, telemetry)
        .compose(
            node ->
                node.enter()
                    .map(node)
                    .recover(e -> node.stop().transform(stopped -> Future.failedFuture(e))));
  }

  /**
   * Joins the cluster, or begins one when no seed answers. Whoever has joined is yet to {@link
   * #enter} the mesh, and may do meanwhile what needs no other node.
   *
   * @param base options for Vert.x; those of its event bus are set here, but for the port under
   *     which others reach it, when that is not the one it binds to; its event loops are one for
   *     two cores unless their number is another than Vert.x's default
   * @return fails with a {@link ClusterException} that says what to do, with nothing left running
   */
  public static Future<ClusterNode> join(
      Settings settings, VertxOptions base, Telemetry telemetry) {
    Config config;
    try {
      config = config(settings);
      if (settings.security() != null) {
        settings.security().check(WallClock.system().now());
      }
    } catch (ClusterException e) {
      return Future.failedFuture(e);
    }
    var manager = new HazelcastClusterManager(config);
    var connections = new Connections();
    // A promise without a context: those of a Vert.x that fails to start end with it.
    Promise<ClusterNode> joined = Promise.promise();
    Vertx.builder()
        .with(options(settings, base))
        .withClusterManager(manager)
        .withMetrics(connections)
        .buildClustered()
        .onFailure(failure -> joined.fail(ClusterException.of(settings, failure)))
        .onSuccess(
            vertx ->
                prepare(settings, vertx, manager, telemetry)
                    .onSuccess(node -> connections.onClosed(node.mesh()::connectionClosed))
                    .onSuccess(joined::complete)
                    .onFailure(
                        failure -> vertx.close().onComplete(closed -> joined.fail(failure))));
    return joined.future();
  }

  // The copy of options keeps of metrics only whether they are on, not how.
  private static VertxOptions options(Settings settings, VertxOptions base) {
    var options =
        new VertxOptions(base)
            // Where its library is on the class path and fits the host; java.nio elsewhere.
            .setPreferNativeTransport(true)
            .setMetricsOptions(base.getMetricsOptions())
            .setEventBusOptions(bus(settings, base));
    return base.getEventLoopPoolSize() == VertxOptions.DEFAULT_EVENT_LOOP_POOL_SIZE
        ? options.setEventLoopPoolSize(EVENT_LOOPS)
        : options;
  }

  /**
   * Says whether configurations of clusters are held against their schema from now on, in this
   * process: it takes longer than to read them, and whoever knows the very text need not.
   *
   * @return a class of the library that does so
   */
  public static Class<?> checkSchema(boolean check) {
    System.setProperty(SCHEMA_CHECK, Boolean.toString(check));
    return XmlConfigBuilder.class;
  }

  /**
   * Enters the mesh, once the cluster is at rest (decision 0069): from then on this node is on the
   * site, and calls others. To be called once.
   */
  public Future<Void> enter() {
    entered = true;
    return site.rested(time).compose(rests -> mesh.open());
  }

  /** Returns the node's Vert.x. */
  public Vertx vertx() {
    return vertx;
  }

  /** Returns the node's mesh. */
  public BusMesh mesh() {
    return mesh;
  }

  /** Returns time and chance of this node. */
  public Time time() {
    return time;
  }

  /**
   * Returns this node's part in the policies of its site; it is to be opened once.
   *
   * @param archive keeps what was changed live
   * @param reader reads a document as this node understands it
   */
  public Epochs<Policies> epochs(Archive archive, PolicyReader reader) {
    return mesh.epochs(
        new HazelcastBoard(vertx, hazelcast, HazelcastBoard.POLICIES), archive, reader);
  }

  /**
   * Returns this node's part in the desired counts of its site; it is to be opened once.
   *
   * @param archive keeps them
   * @param reader reads a document as this node understands it
   * @param taken is told of what counts from now on, on one of the mesh's event loops
   * @param <P> what a document is read as
   */
  public <P> Epochs<P> counts(Archive archive, Epochs.Reader<P> reader, Consumer<P> taken) {
    return mesh.epochs(
        "desired counts",
        new HazelcastBoard(vertx, hazelcast, HazelcastBoard.COUNTS),
        archive,
        reader,
        taken);
  }

  /**
   * Says whether this node gives its work up and takes none on, although it runs on: instances of
   * its own that still serve can be called.
   */
  public Future<Void> draining(boolean drains) {
    return mesh.publishState(drains ? State.DRAINING : State.SERVING);
  }

  /** Says that others may call this node from now on. */
  public Future<Void> ready() {
    return mesh.publishState(State.SERVING);
  }

  /**
   * Leaves the mesh in order, then the cluster.
   *
   * @return completes when Vert.x is closed
   */
  public Future<Void> stop() {
    // A promise without a context: those of this Vert.x end with it.
    Promise<Void> stopped = Promise.promise();
    var left = entered ? mesh.close() : Future.<Void>succeededFuture();
    left.transform(gone -> until(time, MERGE_PATIENCE, this::settled, "a merge does not end"))
        .onComplete(settled -> vertx.close().onComplete(stopped));
    return stopped.future();
  }

  /**
   * Returns what completes when this node is a member of its cluster no more, on a thread of
   * Hazelcast: because it was stopped, or because Hazelcast gave up by itself, as it does when it
   * finds no way back after a merge. Such a node says nothing to others any more; it is to be
   * stopped.
   */
  public Future<Void> ended() {
    return ended.future();
  }

  private Future<Boolean> settled() {
    return Future.succeededFuture(merges.over());
  }

  /** Tears the node out of its cluster without a word, as a crash does. Blocks. For tests. */
  void terminate() {
    hazelcast.getLifecycleService().terminate();
  }

  private static Future<ClusterNode> prepare(
      Settings settings, Vertx vertx, HazelcastClusterManager manager, Telemetry telemetry) {
    var time = Time.of(vertx);
    vertx.exceptionHandler(new Unhandled());
    HazelcastInstance hazelcast = manager.getHazelcastInstance();
    return vertx
        .executeBlocking(() -> new HazelcastSite(vertx, hazelcast, time.ticker(), telemetry))
        .compose(
            site ->
                letIn(settings, vertx, site, time)
                    .compose(inside -> site.filled(time))
                    .compose(filled -> Welcome.ask(vertx, settings.security(), site))
                    .compose(welcome -> nameIsFree(settings.name(), site, time))
                    .map(
                        free -> {
                          var record = record(settings, manager, time);
                          var mesh =
                              new BusMesh(
                                  vertx, record, settings.versions(), site, time, telemetry);
                          return new ClusterNode(vertx, hazelcast, site, time, mesh);
                        }));
  }

  /**
   * Waits while a seed listens and yet this node is alone. A seed that starts at the same moment
   * lets it in before long; one of another cluster name never does, and Hazelcast would not say so.
   * A node whose seeds are all down goes on alone, and finds them later.
   */
  private static Future<Void> letIn(Settings settings, Vertx vertx, Site site, Time time) {
    return until(
        time,
        SEED_PATIENCE,
        () ->
            site.members().size() > 1
                ? Future.succeededFuture(true)
                : anyListens(settings, vertx).map(listens -> !listens),
        "a seed of "
            + String.join(", ", settings.join())
            + " listens but has not let this node in for "
            + SEED_PATIENCE.toSeconds()
            + " s: most likely its cluster is not \""
            + settings.clusterName()
            + "\"; give its name with --cluster-name, or other seeds with --join");
  }

  private static Future<Boolean> anyListens(Settings settings, Vertx vertx) {
    var self = settings.host() + ":" + settings.clusterPort();
    var client = vertx.createNetClient(new NetClientOptions().setConnectTimeout(SEED_PROBE_MILLIS));
    return settings
        .seeds()
        .addresses(vertx, settings.clusterPort())
        .compose(
            seeds -> {
              var probes =
                  seeds.stream()
                      .filter(seed -> !seed.equals(self))
                      .map(seed -> SocketAddress.inetSocketAddress(port(seed), host(seed)))
                      .map(seed -> knock(client, seed))
                      .toList();
              return Future.join(probes).map(all -> probes.stream().anyMatch(Future::result));
            })
        .eventually(client::close);
  }

  private static Future<Boolean> knock(NetClient client, SocketAddress seed) {
    return client.connect(seed).compose(NetSocket::close).map(true).otherwise(false);
  }

  private static String host(String seed) {
    return seed.substring(0, seed.lastIndexOf(':'));
  }

  private static int port(String seed) {
    return Integer.parseInt(seed.substring(seed.lastIndexOf(':') + 1));
  }

  /** Two nodes of one name would take each other's record away, for ever. */
  private static Future<Void> nameIsFree(String name, Site site, Time time) {
    return until(
        time,
        NAME_PATIENCE,
        () ->
            Future.succeededFuture(
                site.get(name)
                    .filter(record -> site.members().contains(record.member()))
                    .isEmpty()),
        "node name \""
            + name
            + "\" is in use in this cluster (expected: a name of its own); choose another with"
            + " --name, or stop that node");
  }

  /** Looks again and again until a condition holds; fails with the message when it never does. */
  private static Future<Void> until(
      Time time, Duration patience, Supplier<Future<Boolean>> condition, String otherwise) {
    return condition
        .get()
        .compose(
            holds -> {
              if (holds) {
                return Future.succeededFuture();
              }
              if (patience.isNegative()) {
                return Future.failedFuture(new ClusterException(otherwise));
              }
              Promise<Void> waited = Promise.promise();
              time.timers().after(LOOK_INTERVAL, waited::complete);
              return waited
                  .future()
                  .compose(
                      again -> until(time, patience.minus(LOOK_INTERVAL), condition, otherwise));
            });
  }

  private static NodeRecord record(Settings settings, HazelcastClusterManager manager, Time time) {
    var info = manager.getNodeInfo();
    var bus = info.host() + ":" + info.port();
    return new NodeRecord(
        settings.name(),
        time.rng().uuid().toString(),
        1,
        manager.getNodeId(),
        settings.site(),
        settings.zone(),
        settings.version(),
        State.STARTING,
        0,
        List.copyOf(settings.hosts()),
        settings.security() == null
            ? Map.of(BusMesh.BUS_ADDRESS, bus)
            : Map.of(BusMesh.BUS_ADDRESS, bus, BusMesh.BUS_TLS, bus),
        List.of());
  }

  private static EventBusOptions bus(Settings settings, VertxOptions base) {
    var options = new EventBusOptions();
    options
        .setHost(settings.host())
        .setPort(settings.busPort())
        .setClusterPublicHost(settings.host())
        // 0 is the port that it binds to; so is the default, which cannot be set.
        .setClusterPublicPort(Math.max(0, base.getEventBusOptions().getClusterPublicPort()))
        .setConnectTimeout(BUS_CONNECT_TIMEOUT_MILLIS)
        .setReconnectAttempts(0)
        .setTcpNoDelay(true)
        .setReadIdleTimeout(BUS_SILENCE_SECONDS)
        .setIdleTimeoutUnit(TimeUnit.SECONDS)
        .setClusterPingInterval(BUS_PING_INTERVAL_MILLIS)
        .setClusterPingReplyInterval(BUS_PING_REPLY_MILLIS);
    return settings.security() == null ? options : settings.security().applyTo(options);
  }

  static Config config(Settings settings) {
    var values = new Properties();
    values.setProperty("weft.cluster.name", settings.clusterName());
    values.setProperty("weft.cluster.host", settings.host());
    values.setProperty("weft.cluster.port", Integer.toString(settings.clusterPort()));
    try (var xml = Files.newInputStream(settings.clusterXml())) {
      var config = new XmlConfigBuilder(xml).setProperties(values).build();
      settings.seeds().addTo(config, settings.clusterPort());
      return config;
    } catch (IOException e) {
      throw new ClusterException(
          settings.clusterXml() + " cannot be read (expected: the cluster's configuration): " + e);
    } catch (InvalidConfigurationException e) {
      throw new ClusterException(settings.clusterXml() + " is invalid: " + e.getMessage());
    }
  }
}
