package io.weft.node.policy;

import io.weft.mesh.policy.PolicyException;
import io.weft.node.NodeLimits;
import io.weft.node.yaml.Nearest;
import io.weft.node.yaml.YamlText;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.snakeyaml.engine.v2.nodes.Node;

/** What is wrong with a policy file, all of it up to a bound: each with its line. */
final class Problems {
  private static final int QUOTED_MAX_CHARS = 64;

  private final YamlText text;
  private final List<String> lines = new ArrayList<>();
  private int more;

  Problems(YamlText text) {
    this.text = text;
  }

  /** Notes a problem at a node. */
  void at(Node node, String path, String what) {
    if (lines.size() < NodeLimits.POLICY_PROBLEMS_MAX) {
      lines.add(text.at(node) + ": " + (path.isEmpty() ? "" : path + ": ") + what);
    } else {
      more++;
    }
  }

  /** Notes a value that is not as expected. */
  void value(Node node, String path, String value, String expected) {
    at(node, path, quoted(value) + " (expected: " + expected + ")");
  }

  /** Notes a key that is none, with the one that was meant if that can be told. */
  void unknown(Node node, String path, String key, Collection<String> known) {
    var hint =
        Nearest.of(key, known)
            .map(near -> "did you mean " + near + "?")
            .orElse("expected: " + String.join(", ", known));
    at(node, path, "no such key (" + hint + ")");
  }

  /** Throws what was noted, if anything was. */
  void end() {
    if (more > 0) {
      lines.add("… and " + more + " more");
    }
    if (!lines.isEmpty()) {
      throw PolicyException.invalid(lines);
    }
  }

  private static String quoted(String value) {
    return "\""
        + (value.length() > QUOTED_MAX_CHARS ? value.substring(0, QUOTED_MAX_CHARS) + "…" : value)
        + "\"";
  }
}
