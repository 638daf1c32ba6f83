package io.weft.mesh.vertx;

import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.dns.DnsClient;
import io.vertx.core.dns.DnsClientOptions;
import io.vertx.core.dns.DnsException;
import io.vertx.core.dns.DnsResponseCode;
import io.vertx.core.dns.SrvRecord;
import io.vertx.core.json.JsonObject;
import io.vertx.servicediscovery.spi.ServiceImporter;
import io.vertx.servicediscovery.spi.ServicePublisher;
import io.weft.mesh.MeshLimits;
import io.weft.mesh.time.Time;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes HTTP services that are where DNS says, by SRV records (RFC 2782), for as long as this
 * node lives.
 *
 * <p>Its configuration: {@code {"server": "10.0.0.2:53", "services": {"billing":
 * "_http._tcp.billing.example.com"}}}; without {@code server} the system's first name server is
 * asked. A name is asked for again when the shortest life of its records is over, within {@link
 * MeshLimits#DNS_INTERVAL_MIN} and {@link MeshLimits#DNS_INTERVAL_MAX}. While DNS fails the last
 * known addresses stay; when it says that there are none, they go.
 */
public final class DnsImporter implements ServiceImporter {
  private static final Logger LOG = LoggerFactory.getLogger(DnsImporter.class);

  private final @Nullable Time given;
  private @Nullable Imported imported;
  private @Nullable DnsClient dns;
  private volatile boolean closed;

  /** Creates an importer that goes by the time of the machine. */
  public DnsImporter() {
    this(null);
  }

  DnsImporter(@Nullable Time time) {
    given = time;
  }

  /** One name that is asked for again and again. */
  private record Watch(String service, String name, DnsClient dns, Imported imported, Time time) {}

  @Override
  public void start(
      Vertx vertx, ServicePublisher publisher, JsonObject configuration, Promise<Void> started) {
    Map<String, String> names;
    DnsClientOptions options;
    try {
      names = names(configuration);
      options = options(configuration);
    } catch (IllegalArgumentException e) {
      started.fail(e);
      return;
    }
    var all = new Imported(publisher);
    var client = vertx.createDnsClient(options);
    var time = given == null ? Time.of(vertx) : given;
    imported = all;
    dns = client;
    var looks = new ArrayList<Future<Void>>();
    names.forEach((service, name) -> looks.add(look(new Watch(service, name, client, all, time))));
    // A name server that is down now must not keep a node from starting.
    Future.join(looks).onComplete(looked -> started.complete());
  }

  @Override
  public void close(Handler<Void> done) {
    closed = true;
    var gone = imported == null ? Future.<Void>succeededFuture() : imported.close();
    gone.transform(all -> dns == null ? Future.succeededFuture() : dns.close())
        .onComplete(all -> done.handle(null));
  }

  /** Asks once, publishes what the answer says, and asks again in time. Never fails. */
  private Future<Void> look(Watch watch) {
    return watch
        .dns
        .resolveSRV(watch.name)
        .recover(DnsImporter::noneIsAnAnswer)
        .compose(records -> take(watch, records))
        .otherwise(
            failure -> {
              LOG.warn(
                  "{} ({}) cannot be looked up; what was known stays: {}",
                  watch.name,
                  watch.service,
                  failure.getMessage());
              return MeshLimits.DNS_INTERVAL_MIN;
            })
        .map(
            interval -> {
              again(watch, interval);
              return null;
            });
  }

  private static Future<List<SrvRecord>> noneIsAnAnswer(Throwable failure) {
    return failure instanceof DnsException e && e.code() == DnsResponseCode.NXDOMAIN
        ? Future.succeededFuture(List.of())
        : Future.failedFuture(failure);
  }

  /** Publishes the addresses of some records; returns when to ask again. */
  private Future<Duration> take(Watch watch, List<SrvRecord> records) {
    if (closed) {
      return Future.succeededFuture(MeshLimits.DNS_INTERVAL_MAX);
    }
    var addresses = new ArrayList<Address>();
    var interval = MeshLimits.DNS_INTERVAL_MAX;
    for (var record : records) {
      var life = Duration.ofSeconds(record.ttl());
      interval = life.compareTo(interval) < 0 ? life : interval;
      var target = record.target();
      if (target != null && !target.equals(".") && addresses.size() < MeshLimits.DNS_TARGETS_MAX) {
        addresses.add(new Address(withoutDot(target), record.port()));
      }
    }
    var wait =
        interval.compareTo(MeshLimits.DNS_INTERVAL_MIN) < 0
            ? MeshLimits.DNS_INTERVAL_MIN
            : interval;
    return watch.imported.replace(watch.service, addresses).map(wait);
  }

  private static String withoutDot(String target) {
    return target.endsWith(".") ? target.substring(0, target.length() - 1) : target;
  }

  private void again(Watch watch, Duration interval) {
    if (!closed) {
      watch
          .time
          .timers()
          .after(
              interval,
              () -> {
                if (!closed) {
                  look(watch);
                }
              });
    }
  }

  private static Map<String, String> names(JsonObject configuration) {
    var names = new HashMap<String, String>();
    for (var entry : Imported.services(configuration)) {
      if (!(entry.getValue() instanceof String name) || name.isBlank()) {
        throw new IllegalArgumentException(
            "services." + entry.getKey() + ": " + entry.getValue() + " (expected: a DNS name)");
      }
      names.put(entry.getKey(), name);
    }
    return names;
  }

  private static DnsClientOptions options(JsonObject configuration) {
    var options = new DnsClientOptions().setQueryTimeout(MeshLimits.DNS_TIMEOUT.toMillis());
    if (configuration.getValue("server") != null) {
      var server = Address.of(String.valueOf(configuration.getValue("server")));
      options.setHost(server.host()).setPort(server.port());
    }
    return options;
  }
}
