package io.weft.node.policy;

import io.weft.mesh.MeshLimits;
import io.weft.mesh.policy.TrafficPolicy.Abort;
import io.weft.mesh.policy.TrafficPolicy.Fault;
import io.weft.mesh.policy.TrafficPolicy.Mirror;
import io.weft.mesh.policy.TrafficPolicy.Route;
import io.weft.mesh.policy.TrafficPolicy.Split;
import io.weft.node.policy.TreeReader.Entry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.Node;

/** Reads routes, mirrors and faults. */
final class TrafficReader {
  static final List<String> ROUTE_KEYS = List.of("match", "split", "by");
  static final List<String> MIRROR_KEYS = List.of("version", "percent");
  static final List<String> FAULT_KEYS = List.of("match", "percent", "delay", "abort");

  private static final int HUNDRED = 100;
  private static final Form<Integer> SHARE = share();
  private static final Form<Double> PERCENT = Form.percent(0.001, HUNDRED);
  private static final Form<Abort> ABORT = Form.word(Abort.class);
  private static final Form<String> ATTRIBUTE_VALUE =
      Form.text(
          "1 to " + MeshLimits.ATTRIBUTE_MAX_CHARS + " characters",
          "(?s).{1," + MeshLimits.ATTRIBUTE_MAX_CHARS + "}");

  private final TreeReader tree;
  private final Problems problems;
  private final Set<String> attributes;

  /**
   * Creates a reader.
   *
   * @param attributes those that are declared
   */
  TrafficReader(TreeReader tree, Problems problems, Set<String> attributes) {
    this.tree = tree;
    this.problems = problems;
    this.attributes = attributes;
  }

  private static Form<Integer> share() {
    var whole = Form.whole(0, HUNDRED);
    return new Form<>(
        "a whole percentage, 0% to 100%",
        text -> {
          if (!text.endsWith("%")) {
            throw new IllegalArgumentException(text);
          }
          return whole.read().apply(text.substring(0, text.length() - 1));
        },
        share -> share + "%");
  }

  List<Route> routes(Entry entry) {
    var routes = new ArrayList<Route>();
    tree.list(entry, PolicyKeys.RULES_MAX, item -> routes.add(route(item)));
    return List.copyOf(routes);
  }

  private Route route(Entry item) {
    Map<String, String> match = Map.of();
    List<Split> splits = List.of();
    String by = null;
    boolean split = false;
    for (var entry : tree.mapping(item.value(), item.path())) {
      switch (entry.key()) {
        case "match" -> match = match(entry);
        case "split" -> {
          split = true;
          splits = splits(entry);
        }
        case "by" -> by = attribute(entry);
        default -> problems.unknown(entry.keyNode(), entry.path(), entry.key(), ROUTE_KEYS);
      }
    }
    if (!split) {
      problems.at(
          item.keyNode(), item.path(), "no split (expected: version: share, as in 1.1.0: 5%)");
    }
    return new Route(match, splits, by);
  }

  private List<Split> splits(Entry entry) {
    var splits = new ArrayList<Split>();
    boolean whole = true;
    int sum = 0;
    for (var share : tree.mapping(entry.value(), entry.path())) {
      if (!isVersion(share)) {
        problems.value(share.keyNode(), entry.path(), share.key(), PolicyKeys.VERSION.expected());
      }
      var percent = tree.value(share, SHARE);
      whole &= percent != null;
      sum += percent == null ? 0 : percent;
      splits.add(new Split(share.key(), percent == null ? 0 : percent));
    }
    if (whole && sum != HUNDRED) {
      problems.at(
          entry.keyNode(), entry.path(), "the shares add up to " + sum + "% (expected: 100%)");
    }
    return splits;
  }

  private static boolean isVersion(Entry share) {
    try {
      return share.key().equals(PolicyKeys.VERSION.read().apply(share.key()));
    } catch (IllegalArgumentException e) {
      return false; // Which the caller tells.
    }
  }

  @Nullable Mirror mirror(Entry mirror) {
    if (TreeReader.isNone(mirror.value())) {
      return null;
    }
    String version = null;
    Double percent = null;
    for (var entry : tree.mapping(mirror.value(), mirror.path())) {
      switch (entry.key()) {
        case "version" -> version = tree.value(entry, PolicyKeys.VERSION);
        case "percent" -> percent = tree.value(entry, PERCENT);
        default -> problems.unknown(entry.keyNode(), entry.path(), entry.key(), MIRROR_KEYS);
      }
    }
    if (version == null || percent == null) {
      problems.at(mirror.keyNode(), mirror.path(), "not whole (expected: version and percent)");
      return null;
    }
    return new Mirror(version, percent);
  }

  List<Fault> faults(Entry entry) {
    var faults = new ArrayList<Fault>();
    tree.list(entry, PolicyKeys.RULES_MAX, item -> faults.add(fault(item)));
    return List.copyOf(faults);
  }

  private Fault fault(Entry item) {
    Map<String, String> match = Map.of();
    Double percent = null;
    Duration delay = null;
    Abort abort = null;
    for (var entry : tree.mapping(item.value(), item.path())) {
      switch (entry.key()) {
        case "match" -> match = match(entry);
        case "percent" -> percent = tree.value(entry, PERCENT);
        case "delay" -> delay = tree.value(entry, PolicyKeys.DELAY);
        case "abort" -> abort = tree.value(entry, ABORT);
        default -> problems.unknown(entry.keyNode(), entry.path(), entry.key(), FAULT_KEYS);
      }
    }
    if (percent == null || (delay == null && abort == null)) {
      problems.at(
          item.keyNode(), item.path(), "not whole (expected: percent, and delay or abort or both)");
    }
    return new Fault(
        match, percent == null ? 0 : percent, delay == null ? Duration.ZERO : delay, abort);
  }

  private Map<String, String> match(Entry match) {
    var wanted = new HashMap<String, String>();
    for (var entry : tree.mapping(match.value(), match.path())) {
      declared(entry, entry.keyNode(), entry.key());
      var value = tree.value(entry, ATTRIBUTE_VALUE);
      if (value != null) {
        wanted.put(entry.key(), value);
      }
    }
    return wanted;
  }

  /** Returns the name of an attribute that is declared. */
  @Nullable String attribute(Entry entry) {
    var name = tree.value(entry, PolicyKeys.ATTRIBUTE);
    if (name != null) {
      declared(entry, entry.value(), name);
    }
    return name;
  }

  private void declared(Entry entry, Node node, String name) {
    if (!attributes.contains(name)) {
      problems.value(
          node,
          entry.path(),
          name,
          attributes.isEmpty()
              ? "an attribute of the section attributes, which has none"
              : "an attribute of the section attributes: " + String.join(", ", attributes));
    }
  }
}
