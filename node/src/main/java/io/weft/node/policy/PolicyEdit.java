package io.weft.node.policy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.api.lowlevel.Present;
import org.snakeyaml.engine.v2.api.lowlevel.Serialize;
import org.snakeyaml.engine.v2.common.FlowStyle;
import org.snakeyaml.engine.v2.common.ScalarStyle;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/**
 * Changes one thing in the text of a policy file, and leaves the rest as it is, comments too.
 *
 * <p>It does not check anything: what comes out is read like any other file before it counts.
 */
public final class PolicyEdit {
  private static final String SERVICES = "services";
  private static final String OPERATIONS = "operations";
  private static final String ROUTES = "routes";
  private static final String FAULTS = "faults";
  private static final String MATCH = "match";
  private static final int COLUMNS = 100;

  private final String text;

  /** Begins with the text that counts, which may be empty. */
  public PolicyEdit(String text) {
    this.text = text;
  }

  /**
   * Returns the text in which a service's calls are split over versions. Routes that match certain
   * calls only stay as they are, before it.
   *
   * @param shares whole percentages by version
   * @param by the attribute whose equal values meet the same version; null to draw for each call
   */
  public String split(String service, Map<String, Integer> shares, @Nullable String by) {
    var split =
        shares.entrySet().stream()
            .map(share -> share.getKey() + ": " + share.getValue() + "%")
            .collect(Collectors.joining(", ", "{", "}"));
    var route = "{split: " + split + (by == null ? "" : ", by: " + by) + "}";
    return edited(
        at(service, null),
        parent -> {
          var kept = new ArrayList<Node>();
          for (var item : items(parent, ROUTES)) {
            if (item instanceof MappingNode one && find(one, MATCH).isPresent()) {
              kept.add(item);
            }
          }
          kept.add(composed(route));
          put(parent, ROUTES, kept);
        });
  }

  /** Returns the text in which any version of a service may be called. */
  public String unsplit(String service) {
    return edited(at(service, null), parent -> remove(parent, ROUTES));
  }

  /**
   * Returns the text in which calls meet a fault on purpose, in place of those that they met.
   *
   * @param operation the only operation whose calls do; null for all of the service
   * @param percent how many of a hundred
   * @param delay how much later they begin, as in {@code 200ms}; or null
   * @param abort what they fail with; or null
   */
  public String fault(
      String service,
      @Nullable String operation,
      double percent,
      @Nullable String delay,
      @Nullable String abort) {
    var fault =
        "{percent: "
            + (percent == Math.rint(percent)
                ? String.format(Locale.ROOT, "%.0f", percent)
                : String.valueOf(percent))
            + "%"
            + (delay == null ? "" : ", delay: " + delay)
            + (abort == null ? "" : ", abort: " + abort)
            + "}";
    return edited(at(service, operation), parent -> put(parent, FAULTS, List.of(composed(fault))));
  }

  /** Returns the text in which they meet none any more. */
  public String unfault(String service, @Nullable String operation) {
    return edited(at(service, operation), parent -> remove(parent, FAULTS));
  }

  private static List<String> at(String service, @Nullable String operation) {
    return operation == null
        ? List.of(SERVICES, service)
        : List.of(SERVICES, service, OPERATIONS, operation);
  }

  private String edited(List<String> path, Consumer<MappingNode> change) {
    var root = root();
    if (root.isEmpty()) {
      // Nothing but comments, which belong to no node.
      var fresh = mapping();
      change.accept(descend(fresh, path));
      return text.isBlank() ? printed(fresh) : text.stripTrailing() + "\n\n" + printed(fresh);
    }
    change.accept(descend(root.get(), path));
    return printed(root.get());
  }

  private Optional<MappingNode> root() {
    return new Compose(LoadSettings.builder().setParseComments(true).build())
        .composeString(text)
        // Comments alone are a mapping of a kind of its own.
        .filter(root -> root instanceof MappingNode && !root.getTag().equals(Tag.COMMENT))
        .map(MappingNode.class::cast);
  }

  /** Returns the mapping at the end of a path, which is made where it is not there. */
  private static MappingNode descend(MappingNode root, List<String> path) {
    var at = root;
    for (var key : path) {
      var found = find(at, key).filter(MappingNode.class::isInstance).map(MappingNode.class::cast);
      if (found.isPresent()) {
        at = found.get();
      } else {
        var fresh = mapping();
        put(at, key, fresh);
        at = fresh;
      }
    }
    return at;
  }

  private static MappingNode mapping() {
    return new MappingNode(Tag.MAP, new ArrayList<>(), FlowStyle.BLOCK);
  }

  private static Optional<Node> find(MappingNode mapping, String key) {
    return mapping.getValue().stream()
        .filter(tuple -> isKey(tuple, key))
        .map(NodeTuple::getValueNode)
        .findFirst();
  }

  private static boolean isKey(NodeTuple tuple, String key) {
    return tuple.getKeyNode() instanceof ScalarNode scalar && scalar.getValue().equals(key);
  }

  private static List<Node> items(MappingNode mapping, String key) {
    return find(mapping, key)
        .filter(SequenceNode.class::isInstance)
        .map(list -> ((SequenceNode) list).getValue())
        .orElse(List.of());
  }

  private static void put(MappingNode mapping, String key, List<Node> items) {
    put(mapping, key, new SequenceNode(Tag.SEQ, new ArrayList<>(items), FlowStyle.BLOCK));
  }

  private static void put(MappingNode mapping, String key, Node value) {
    var tuples = new ArrayList<NodeTuple>();
    boolean there = false;
    for (var tuple : mapping.getValue()) {
      boolean same = isKey(tuple, key);
      there |= same;
      tuples.add(same ? new NodeTuple(tuple.getKeyNode(), value) : tuple);
    }
    if (!there) {
      tuples.add(new NodeTuple(new ScalarNode(Tag.STR, key, ScalarStyle.PLAIN), value));
    }
    mapping.setValue(tuples);
  }

  private static void remove(MappingNode mapping, String key) {
    mapping.setValue(
        new ArrayList<>(mapping.getValue().stream().filter(t -> !isKey(t, key)).toList()));
  }

  private static Node composed(String flow) {
    return new Compose(LoadSettings.builder().build()).composeString(flow).orElseThrow();
  }

  private static String printed(MappingNode root) {
    var settings =
        DumpSettings.builder()
            .setDumpComments(true)
            .setWidth(COLUMNS)
            .setIndicatorIndent(2)
            .setIndentWithIndicator(true)
            .build();
    var events = new Serialize(settings).serializeOne(root);
    var printed = new Present(settings).emitToString(events.iterator());
    return Arrays.stream(printed.split("\n", -1))
        .map(String::stripTrailing)
        .collect(Collectors.joining("\n"));
  }
}
