package io.weft.sites.reach;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.weft.mesh.Operation;
import io.weft.sites.SitesLimits;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What other sites may call at this one: the setting {@code sites.exports}. Immutable.
 *
 * <p>What is said of a site by its name counts for it alone, and instead of what is said of all by
 * {@code *}. A site of which nobody says anything, and all of them by default, may call {@link
 * #DEFAULT}.
 */
public final class ExportRules {
  /**
   * What an edge site needs to keep its replica of users, to place orders and to bring its journal
   * back, and to let people log in. Nothing of it is for operators alone but to read accounts,
   * which the replica is made of. Accounts are neither made nor changed: how much credit they have
   * is for operators to say, and it is the gateway here that would ask who does.
   */
  public static final List<String> DEFAULT =
      List.of(
          "users.get",
          "users.list",
          "users.events",
          "users.events-end",
          "users.token",
          "users.api-key",
          "users.open-escrow",
          "users.grant-escrow",
          "users.return-escrow",
          "orders.place",
          "orders.get",
          "orders.list",
          "orders.summary",
          "orders.cancel",
          "orders.replay",
          "orders.events");

  private static final String EVERYBODY = "*";
  private static final String ALL_OF = ".*";

  /** Services that are the site itself: whoever calls them runs it. */
  private static final Set<String> NEVER = Set.of("node", "routing", "sites", "link");

  private final Map<String, Rule> rules = new HashMap<>();
  private final Rule others;

  /** What one site may call. */
  private record Rule(Set<String> operations, Set<String> services) {
    boolean allows(String operation) {
      return operations.contains(operation)
          || (!services.isEmpty() && services.contains(serviceOf(operation)));
    }

    /** Returns the service of an operation; empty for what is no name of one. */
    private static String serviceOf(String operation) {
      try {
        return Operation.serviceOf(Operation.checkName(operation));
      } catch (IllegalArgumentException e) {
        return ""; // Another site may say what it likes.
      }
    }
  }

  private ExportRules(Map<String, Rule> rules, Rule others) {
    this.rules.putAll(rules);
    this.others = others;
  }

  /**
   * Reads the setting.
   *
   * @param exports lists of operations ({@code users.get}) and services ({@code users.*}), by site
   * @throws IllegalArgumentException if it makes no sense
   */
  public static ExportRules of(JsonObject exports) {
    var rules = new HashMap<String, Rule>();
    for (var site : exports.fieldNames()) {
      if (!(exports.getValue(site) instanceof JsonArray names)) {
        throw new IllegalArgumentException(
            "sites.exports: "
                + site
                + ": "
                + exports.getValue(site)
                + " (expected: a list of operations, as in [users.get, orders.*])");
      }
      rules.put(site, rule(site, names.stream().map(String::valueOf).toList()));
    }
    var others = rules.remove(EVERYBODY);
    return new ExportRules(rules, others == null ? rule(EVERYBODY, DEFAULT) : others);
  }

  private static Rule rule(String site, List<String> names) {
    if (names.size() > SitesLimits.EXPORTED_MAX) {
      throw new IllegalArgumentException(
          "sites.exports: "
              + site
              + ": "
              + names.size()
              + " operations (limit: "
              + SitesLimits.EXPORTED_MAX
              + ")");
    }
    var operations = new HashSet<String>();
    var services = new HashSet<String>();
    for (var name : names) {
      boolean all = name.endsWith(ALL_OF);
      var service = service(site, name, all);
      if (NEVER.contains(service)) {
        throw new IllegalArgumentException(
            "sites.exports: "
                + site
                + ": "
                + name
                + " (expected: no operation of "
                + service
                + ", which other sites may never call)");
      }
      if (all) {
        services.add(service);
      } else {
        operations.add(name);
      }
    }
    return new Rule(Set.copyOf(operations), Set.copyOf(services));
  }

  private static String service(String site, String name, boolean all) {
    try {
      return Operation.serviceOf(Operation.checkName(all ? name.replace(ALL_OF, ".all") : name));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "sites.exports: " + site + ": " + name + " (expected: users.get, or users.* for all)", e);
    }
  }

  /** Returns whether a site may call an operation, or read a stream of events, of this one. */
  public boolean allow(String site, String operation) {
    return rules.getOrDefault(site, others).allows(operation);
  }
}
