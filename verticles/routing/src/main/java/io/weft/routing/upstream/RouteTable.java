package io.weft.routing.upstream;

import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import io.weft.mesh.Operation;
import io.weft.mesh.discovery.Directory;
import io.weft.routing.api.Upstream;
import io.weft.routing.api.UpstreamReply;
import io.weft.routing.api.UpstreamRequest;
import io.weft.routing.problem.ProblemException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which requests go to which upstream: an immutable picture of what all nodes of the site tell of
 * those that they stand for.
 *
 * <p>Where nodes tell different things of one upstream, what was told last counts. Of several
 * routes that match a request the one that names most wins: a host, then a header, then the longer
 * path.
 */
final class RouteTable {
  /** The type of the records by which nodes tell of upstreams. */
  static final String TYPE = "weft-upstream";

  static final RouteTable EMPTY = new RouteTable(0, Map.of());

  private static final Logger LOG = LoggerFactory.getLogger(RouteTable.class);
  private static final String SPEC = "spec";
  private static final String AT = "at";

  private final long version;
  private final Map<String, Told> upstreams;
  private final List<Entry> special;
  private final List<Entry> byPath;

  /** What was told of an upstream, and when, in milliseconds of the teller's clock. */
  private record Told(UpstreamSpec spec, long at) {}

  /**
   * One route, and where it leads.
   *
   * @param route which requests
   * @param spec of which upstream
   * @param read its operation for safe requests
   * @param write its operation for all others
   */
  record Entry(
      UpstreamRoute route,
      UpstreamSpec spec,
      Operation<UpstreamRequest, UpstreamReply> read,
      Operation<UpstreamRequest, UpstreamReply> write) {}

  private RouteTable(long version, Map<String, Told> upstreams) {
    this.version = version;
    this.upstreams = upstreams;
    var all = new ArrayList<Entry>();
    upstreams
        .values()
        .forEach(
            told -> {
              var read = Upstream.read(told.spec().name());
              var write = Upstream.write(told.spec().name());
              told.spec().routes().forEach(r -> all.add(new Entry(r, told.spec(), read, write)));
            });
    all.sort(
        Comparator.comparing((Entry entry) -> entry.route().host() == null)
            .thenComparing(entry -> entry.route().header() == null)
            .thenComparing(entry -> -entry.route().path().length())
            .thenComparing(entry -> entry.spec().name()));
    special = all.stream().filter(entry -> entry.route().special()).toList();
    byPath = all.stream().filter(entry -> !entry.route().special()).toList();
  }

  /** Returns the text by which a node tells of an upstream, as vertx-service-discovery has it. */
  static String record(String registration, UpstreamSpec spec, long atMillis) {
    // What gateways need and no more: each endpoint is an instance with a record of its own, and
    // there may be secrets in the fields that are set.
    var source = spec.withoutSecrets();
    source.remove("endpoints");
    return new JsonObject()
        .put("name", spec.name())
        .put("type", TYPE)
        .put("status", "UP")
        .put("registration", registration)
        .put("location", new JsonObject())
        .put("metadata", new JsonObject().put(SPEC, source).put(AT, atMillis))
        .encode();
  }

  /** Draws the table of a picture of the site. */
  static RouteTable of(Directory directory) {
    var told = new TreeMap<String, Told>();
    for (var node : directory.nodes()) {
      for (var published : node.published()) {
        if (published.registration().startsWith(TYPE + "/")) {
          read(told, published.text(), node.id());
        }
      }
    }
    return new RouteTable(directory.version(), told);
  }

  private static void read(Map<String, Told> told, String text, String node) {
    try {
      var record = new JsonObject(text);
      var metadata = record.getJsonObject("metadata");
      var spec =
          SpecReader.read(
              record.getString("name"), Objects.requireNonNull(metadata.getJsonObject(SPEC)));
      var fresh = new Told(spec, metadata.getLong(AT));
      told.merge(spec.name(), fresh, (a, b) -> b.at() > a.at() ? b : a);
    } catch (DecodeException | ClassCastException | NullPointerException | ProblemException e) {
      LOG.warn("Node {} tells of an upstream what cannot be read: {}", node, e.getMessage());
    }
  }

  /** Returns the version of the picture that the table was drawn of. */
  long version() {
    return version;
  }

  /** Returns the names of all upstreams. */
  Set<String> names() {
    return upstreams.keySet();
  }

  boolean has(String name) {
    return upstreams.containsKey(name);
  }

  /** Returns the upstream that has a route for the same requests, or null. */
  @Nullable String owner(UpstreamRoute route) {
    for (var told : upstreams.values()) {
      if (told.spec().routes().stream().anyMatch(route::sameAs)) {
        return told.spec().name();
      }
    }
    return null;
  }

  /** The routes that name a host or a header, which go before the paths of the contract. */
  List<Entry> special() {
    return special;
  }

  /** The routes that name a path alone, which come after those of the contract. */
  List<Entry> byPath() {
    return byPath;
  }
}
