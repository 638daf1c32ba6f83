package io.weft.node.policy;

import io.weft.node.yaml.YamlText;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/** Reads mappings, lists and values of a tree; what is none is noted, and left out. */
final class TreeReader {
  private final Problems problems;

  /**
   * One line of a mapping.
   *
   * @param key its key
   * @param path the key with all keys above it
   * @param keyNode where the key stands
   * @param value what stands behind it
   */
  record Entry(String key, String path, Node keyNode, Node value) {}

  TreeReader(Problems problems) {
    this.problems = problems;
  }

  /** Returns the lines of a mapping, each key once; none when there is nothing. */
  List<Entry> mapping(Node node, String path) {
    if (YamlText.isNothing(node)) {
      return List.of();
    }
    if (!(node instanceof MappingNode map)) {
      problems.at(node, path, kind(node) + " (expected: key: value, one per line)");
      return List.of();
    }
    var entries = new ArrayList<Entry>();
    var seen = new HashSet<String>();
    for (var tuple : map.getValue()) {
      if (!(tuple.getKeyNode() instanceof ScalarNode name)) {
        problems.at(tuple.getKeyNode(), path, "a key that is no word (expected: a name)");
        continue;
      }
      var key = name.getValue();
      var full = path.isEmpty() ? key : path + "." + key;
      if (seen.add(key)) {
        entries.add(new Entry(key, full, name, tuple.getValueNode()));
      } else {
        problems.at(name, full, "said before (expected: once): remove one of the two");
      }
    }
    return entries;
  }

  /** Reads the items of a list; none when there is nothing, or {@code none}. */
  void list(Entry entry, int max, Consumer<Entry> item) {
    if (YamlText.isNothing(entry.value()) || isNone(entry.value())) {
      return;
    }
    if (!(entry.value() instanceof SequenceNode list)) {
      problems.at(entry.keyNode(), entry.path(), kind(entry.value()) + " (expected: a list)");
      return;
    }
    if (list.getValue().size() > max) {
      problems.at(
          entry.keyNode(), entry.path(), list.getValue().size() + " items (limit: " + max + ")");
      return;
    }
    int index = 0;
    for (var node : list.getValue()) {
      item.accept(new Entry("", entry.path() + "[" + index++ + "]", node, node));
    }
  }

  /** Returns the value of a form; null, and a problem, when it is not of that form. */
  <T> @Nullable T value(Entry entry, Form<T> form, String expected) {
    if (!(entry.value() instanceof ScalarNode scalar)) {
      problems.at(entry.keyNode(), entry.path(), kind(entry.value()) + expected(expected));
      return null;
    }
    if (YamlText.isNothing(scalar)) {
      problems.at(entry.keyNode(), entry.path(), "nothing" + expected(expected));
      return null;
    }
    try {
      return form.read().apply(scalar.getValue());
    } catch (IllegalArgumentException e) {
      problems.value(scalar, entry.path(), scalar.getValue(), expected);
      return null;
    }
  }

  /** Returns the value of a form; null, and a problem, when it is not of that form. */
  <T> @Nullable T value(Entry entry, Form<T> form) {
    return value(entry, form, form.expected());
  }

  /** Returns whether {@code none} is written. */
  static boolean isNone(Node value) {
    return value instanceof ScalarNode scalar && scalar.getValue().equals("none");
  }

  private static String expected(String expected) {
    return " (expected: " + expected + ")";
  }

  private static String kind(Node node) {
    if (node instanceof MappingNode) {
      return "a mapping";
    }
    return node instanceof SequenceNode ? "a list" : "a single value";
  }
}
