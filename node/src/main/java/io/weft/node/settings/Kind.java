package io.weft.node.settings;

import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.weft.mesh.bus.Seeds;
import io.weft.node.NodeLimits;
import io.weft.routing.RoutingProvider;
import io.weft.routing.upstream.SpecReader;
import io.weft.sites.reach.ExportRules;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * The kind of a setting's value: how it is written, and what it is.
 *
 * @param expected the range in words, for messages
 * @param path whether the value names a file or folder, so that it is relative to something
 * @param read makes the JSON value of a text; throws {@link IllegalArgumentException} for a text
 *     out of range
 */
record Kind(String expected, boolean path, Function<String, Object> read) {
  private static final Pattern HOST = Pattern.compile("[A-Za-z0-9:]([A-Za-z0-9.:%_-]{0,252})");
  private static final Pattern DOMAIN = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,252}");
  private static final Pattern ORIGIN =
      Pattern.compile("https?://[a-z0-9]([a-z0-9.-]{0,252})(:[0-9]{1,5})?");
  private static final String CORES = "cores";

  /** The range of a service's instances in words, for messages. */
  static final String INSTANCES =
      "0 to %d, or %s: one per core, at most %d"
          .formatted(NodeLimits.INSTANCES_MAX, CORES, NodeLimits.INSTANCES_FOR_CORES_MAX);

  private static final Pattern SERVICE = Pattern.compile("[a-z][a-z0-9-]{0,62}");

  /** Returns the kind of texts that match a pattern as a whole. */
  static Kind text(String expected, String pattern) {
    var compiled = Pattern.compile(pattern);
    return new Kind(expected, false, text -> check(compiled.matcher(text).matches(), text));
  }

  /** Returns the kind of names of files and folders; empty means none where that is allowed. */
  static Kind path(String expected, boolean mayBeEmpty) {
    return new Kind(
        expected, true, text -> check((mayBeEmpty || !text.isBlank()) && !hasNul(text), text));
  }

  /** Returns the kind of whole numbers in a range, both ends included. */
  static Kind number(String what, int min, int max) {
    var expected = what + ", " + min + " to " + max;
    return new Kind(
        expected,
        false,
        text -> {
          // Without the pattern, parseInt would take "+80" and digits of other scripts too.
          check(text.matches("-?[0-9]{1,10}"), text);
          long number = Long.parseLong(text);
          check(number >= min && number <= max, text);
          return (int) number;
        });
  }

  /** Returns the kind of ports that may be off, which is -1. */
  static Kind portOrOff() {
    var port = number("a port; 0 for any that is free", 0, 65_535);
    return new Kind(
        port.expected + ", or off",
        false,
        text -> text.equals("off") ? Integer.valueOf(-1) : port.read.apply(text));
  }

  /** Returns the kind of one of a few words. */
  static Kind choice(String... words) {
    var known = List.of(words);
    return new Kind(String.join(" or ", words), false, text -> check(known.contains(text), text));
  }

  /** Returns the kind of host names and addresses. */
  static Kind host() {
    return new Kind(
        "a host name or an address of this host",
        false,
        text -> check(HOST.matcher(text).matches(), text));
  }

  /** Returns the kind of hosts that a cluster is told of: Hazelcast is set to IPv4. */
  static Kind memberHost() {
    return new Kind(
        "a host name or an IPv4 address of this host",
        false,
        text -> check(DOMAIN.matcher(text).matches(), text));
  }

  /**
   * Returns the kind of lists of {@code host:port}, separated by commas, which may be empty, or of
   * one {@code dns:name}.
   */
  static Kind seeds() {
    return new Kind(
        "host:port, several separated by commas, or dns:name alone", false, Kind::readSeeds);
  }

  /** Returns the kind of lists of origins of web pages, separated by commas; may be empty. */
  static Kind origins() {
    return new Kind(
        "scheme://host or scheme://host:port, several separated by commas; no *",
        false,
        Kind::readOrigins);
  }

  /**
   * Returns the kind of services with their numbers of instances. Where none is said, the gateway
   * has one for each core, and others have one.
   */
  static Kind services() {
    return new Kind(
        "name or name=instances, separated by commas, instances " + INSTANCES,
        false,
        Kind::readServices);
  }

  /** Returns the kind of HTTP services that join the mesh, as a JSON object by name. */
  static Kind upstreams() {
    return new Kind(
        "upstreams by name, as conf/node.yaml shows them; as text, in JSON",
        false,
        text -> {
          if (text.isEmpty()) {
            return new JsonObject();
          }
          try {
            var upstreams = new JsonObject(text);
            SpecReader.check(upstreams);
            return upstreams;
          } catch (DecodeException e) {
            throw new IllegalArgumentException("no JSON (expected: an object by name)", e);
          }
        });
  }

  /** Returns the kind of where a hub's gateway is: a host with or without a port, or nothing. */
  static Kind hub() {
    return new Kind(
        "a host, or host:port of the hub's gateway (8080 without one), or nothing",
        false,
        text -> {
          if (!text.isEmpty()) {
            checkAddress(text);
          }
          return text;
        });
  }

  /** Returns the kind of where a proxy is: host:port, or nothing. */
  static Kind proxy() {
    return new Kind(
        "host:port of an HTTP proxy, or nothing",
        false,
        text -> {
          if (!text.isEmpty()) {
            check(text.indexOf(':') > 0, text);
            checkAddress(text);
          }
          return text;
        });
  }

  private static void checkAddress(String text) {
    int colon = text.lastIndexOf(':');
    var host = colon < 0 ? text : text.substring(0, colon);
    check(DOMAIN.matcher(host).matches(), text);
    if (colon >= 0) {
      var port = text.substring(colon + 1);
      check(port.matches("[0-9]{1,5}"), text);
      int number = Integer.parseInt(port);
      check(number >= 1 && number <= 65_535, text);
    }
  }

  /** Returns the kind of lists of services' names, separated by commas; may be empty. */
  static Kind serviceNames() {
    return new Kind(
        "names of services, separated by commas",
        false,
        text -> {
          var names = new JsonArray();
          for (var part : text.isBlank() ? List.<String>of() : List.of(text.split(",", -1))) {
            var name = part.strip();
            check(SERVICE.matcher(name).matches() && !names.contains(name), text);
            names.add(name);
          }
          check(names.size() <= NodeLimits.IMPORTS_MAX, text);
          return names;
        });
  }

  /** Returns the kind of what other sites may call, as a JSON object by site. */
  static Kind exports() {
    return new Kind(
        "lists of operations by site, as conf/node.yaml shows them; as text, in JSON",
        false,
        text -> {
          if (text.isEmpty()) {
            return new JsonObject();
          }
          try {
            var exports = new JsonObject(text);
            ExportRules.of(exports);
            return exports;
          } catch (DecodeException e) {
            throw new IllegalArgumentException(
                "sites.exports: no JSON (expected: an object by site)", e);
          }
        });
  }

  /** Returns the kind of addresses of PostgreSQL. */
  static Kind postgres() {
    var uri = Pattern.compile("postgres(ql)?://[^\\s/?#]+/[^\\s?#]+(\\?\\S*)?");
    return new Kind(
        "embedded or postgresql://user:password@host:port/database",
        false,
        text -> check(text.equals("embedded") || uri.matcher(text).matches(), text));
  }

  private static Object readSeeds(String text) {
    var seeds = new JsonArray();
    for (var part : text.split(",", -1)) {
      var seed = part.strip();
      if (seed.isEmpty() && text.isBlank()) {
        continue;
      }
      if (Seeds.isName(seed)) {
        check(
            seed.equals(text.strip())
                && DOMAIN.matcher(seed.substring(Seeds.DNS.length())).matches(),
            text);
        seeds.add(seed);
        continue;
      }
      int colon = seed.lastIndexOf(':');
      check(colon > 0 && HOST.matcher(seed.substring(0, colon)).matches(), text);
      check(seed.substring(colon + 1).matches("[0-9]{1,5}"), text);
      int port = Integer.parseInt(seed.substring(colon + 1));
      check(port >= 1 && port <= 65_535, text);
      seeds.add(seed);
    }
    check(seeds.size() <= NodeLimits.SEEDS_MAX, text);
    return seeds;
  }

  private static Object readOrigins(String text) {
    var origins = new JsonArray();
    var parts = text.isBlank() ? List.<String>of() : Arrays.asList(text.split(",", -1));
    for (var part : parts) {
      var origin = part.strip();
      check(ORIGIN.matcher(origin).matches(), text);
      origins.add(origin);
    }
    check(origins.size() <= NodeLimits.ORIGINS_MAX, text);
    return origins;
  }

  private static Object readServices(String text) {
    var services = new JsonObject();
    var parts = text.isBlank() ? List.<String>of() : Arrays.asList(text.split(",", -1));
    for (var part : parts) {
      int equals = part.indexOf('=');
      var name = (equals < 0 ? part : part.substring(0, equals)).strip();
      check(SERVICE.matcher(name).matches() && !services.containsKey(name), text);
      var said = equals < 0 ? null : part.substring(equals + 1).strip();
      var count = said != null ? said : name.equals(RoutingProvider.NAME) ? CORES : "1";
      check(count.equals(CORES) || count.matches("[0-9]{1,3}"), text);
      int instances = count.equals(CORES) ? forCores() : Integer.parseInt(count);
      check(instances <= NodeLimits.INSTANCES_MAX, text);
      services.put(name, instances);
    }
    return services;
  }

  private static int forCores() {
    return Math.min(Runtime.getRuntime().availableProcessors(), NodeLimits.INSTANCES_FOR_CORES_MAX);
  }

  private static boolean hasNul(String text) {
    return text.indexOf('\0') >= 0;
  }

  private static Object check(boolean right, String text) {
    if (!right) {
      throw new IllegalArgumentException(text);
    }
    return text;
  }
}
