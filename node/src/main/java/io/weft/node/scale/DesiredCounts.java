package io.weft.node.scale;

import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import io.weft.mesh.policy.PolicyException;
import io.weft.node.NodeLimits;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * How many instances of each service the site is to have: what operators and automatic scaling
 * decide, as one document of an epoch.
 *
 * @param services by service; one that is not in it has what its nodes were started with
 * @param why what the last change was made for, for people
 */
public record DesiredCounts(Map<String, Count> services, String why) {
  /** Nobody has decided anything. */
  public static final DesiredCounts NONE = new DesiredCounts(Map.of(), "");

  private static final String SERVICES = "services";
  private static final String SITE = "site";
  private static final String ZONES = "zones";
  private static final String WHY = "why";

  /** Copies the map, and cuts what nobody would read. */
  public DesiredCounts {
    services = Map.copyOf(services);
    why =
        why.length() > NodeLimits.WHY_MAX_CHARS ? why.substring(0, NodeLimits.WHY_MAX_CHARS) : why;
  }

  /**
   * How many instances of one service there are to be.
   *
   * @param site how many in all zones that have no number of their own; null for as many as their
   *     nodes were started with
   * @param zones how many in each of some zones
   */
  public record Count(@Nullable Integer site, Map<String, Integer> zones) {
    /** Copies the map. */
    public Count {
      zones = Map.copyOf(zones);
    }

    /** Returns the count of a service that is spread over the whole site. */
    public static Count of(int instances) {
      return new Count(instances, Map.of());
    }

    /** Returns how many there are to be in all, as far as it says. */
    public int total() {
      return (site == null ? 0 : site) + zones.values().stream().mapToInt(Integer::intValue).sum();
    }
  }

  /**
   * Reads a document.
   *
   * @throws PolicyException if it is none
   */
  public static DesiredCounts read(String text) {
    if (text.isEmpty()) {
      return NONE;
    }
    if (text.getBytes(StandardCharsets.UTF_8).length > NodeLimits.COUNTS_MAX_BYTES) {
      throw invalid("over " + NodeLimits.COUNTS_MAX_BYTES + " bytes");
    }
    try {
      var json = new JsonObject(text);
      var services = new TreeMap<String, Count>();
      var said = json.getJsonObject(SERVICES, new JsonObject());
      said.forEach(each -> services.put(each.getKey(), count(said.getJsonObject(each.getKey()))));
      if (!(json.getValue(WHY, "") instanceof String why)) {
        throw invalid(WHY + ": " + json.getValue(WHY) + " (expected: text)");
      }
      return new DesiredCounts(services, why);
    } catch (DecodeException | ClassCastException | NullPointerException e) {
      throw invalid("not of its form: " + e.getMessage());
    }
  }

  private static Count count(JsonObject json) {
    var zones = new TreeMap<String, Integer>();
    var said = json.getJsonObject(ZONES, new JsonObject());
    said.forEach(each -> zones.put(each.getKey(), checked(said.getInteger(each.getKey()))));
    var site = json.getInteger(SITE);
    return new Count(site == null ? null : checked(site), zones);
  }

  private static int checked(int instances) {
    if (instances < 0 || instances > NodeLimits.SITE_INSTANCES_MAX) {
      throw invalid(
          instances + " instances (expected: 0 to " + NodeLimits.SITE_INSTANCES_MAX + ")");
    }
    return instances;
  }

  private static PolicyException invalid(String what) {
    return PolicyException.invalid(List.of("desired counts: " + what));
  }

  /** Returns the document's text, the same for the same counts. */
  public String text() {
    var said = new JsonObject();
    new TreeMap<>(services)
        .forEach(
            (service, count) -> {
              var json = new JsonObject();
              if (count.site() != null) {
                json.put(SITE, count.site());
              }
              if (!count.zones().isEmpty()) {
                json.put(ZONES, new JsonObject(new TreeMap<String, Object>(count.zones())));
              }
              said.put(service, json);
            });
    return new JsonObject().put(SERVICES, said).put(WHY, why).encode();
  }

  /** Returns these counts with another one, which takes the place of all that were by zone. */
  DesiredCounts with(String service, int instances, String because) {
    return with(service, Count.of(instances), because);
  }

  /**
   * Returns these counts with another one for one zone. What the service has in other zones stays
   * as it is: of a number for the whole site, what was there is taken away.
   *
   * @param there how many run in the zone now
   */
  DesiredCounts with(String service, String zone, int instances, int there, String because) {
    var before = services.getOrDefault(service, new Count(null, Map.of()));
    var zones = new TreeMap<>(before.zones());
    var site = before.site();
    if (zones.put(zone, instances) == null && site != null) {
      site = Math.max(0, site - there);
    }
    return with(service, new Count(site, zones), because);
  }

  private DesiredCounts with(String service, Count count, String because) {
    var changed = new TreeMap<>(services);
    changed.put(service, count);
    return new DesiredCounts(changed, because);
  }
}
