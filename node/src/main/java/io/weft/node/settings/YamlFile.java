package io.weft.node.settings;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.weft.node.NodeLimits;
import io.weft.node.StartFailure;
import io.weft.node.yaml.YamlException;
import io.weft.node.yaml.YamlText;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/** One YAML file of settings, read with the line of each, so that messages can name it. */
final class YamlFile {
  /** Settings that are objects of any depth. */
  private static final Set<String> OBJECTS = Set.of("upstreams", "sites.exports");

  private final YamlText source;
  private final Map<String, Entry> entries = new LinkedHashMap<>();

  /**
   * What a file says of one setting.
   *
   * @param text the value as a flag would say it
   * @param from the file and the line, from 1
   */
  record Entry(String text, String from) {}

  private YamlFile(YamlText text) {
    source = text;
  }

  /**
   * Reads a file.
   *
   * @param label the file's name in messages
   * @throws StartFailure if it cannot be read, is not YAML, or has a key that is no setting
   */
  static Map<String, Entry> read(Path path, String label) {
    try {
      var file =
          new YamlFile(
              YamlText.of(
                  path,
                  label,
                  NodeLimits.SETTINGS_FILE_MAX_BYTES,
                  "keep only settings in it",
                  "name a readable file with --config"));
      file.source.root().ifPresent(file::sections);
      return file.entries;
    } catch (YamlException e) {
      throw new StartFailure(String.valueOf(e.getMessage()), e);
    }
  }

  private void sections(Node root) {
    if (YamlText.isNothing(root)) {
      return;
    }
    for (var tuple : mapping(root, "the file").getValue()) {
      var key = key(tuple.getKeyNode());
      if (SettingTable.byKey(key).isPresent()) {
        add(key, tuple.getKeyNode(), tuple.getValueNode());
      } else if (isSection(key)) {
        section(key, tuple.getValueNode());
      } else {
        throw unknown(key, tuple.getKeyNode());
      }
    }
  }

  private void section(String section, Node node) {
    if (YamlText.isNothing(node)) {
      return;
    }
    for (var tuple : mapping(node, section).getValue()) {
      var key = section + "." + key(tuple.getKeyNode());
      if (SettingTable.byKey(key).isEmpty()) {
        throw unknown(key, tuple.getKeyNode());
      }
      add(key, tuple.getKeyNode(), tuple.getValueNode());
    }
  }

  private void add(String key, Node keyNode, Node valueNode) {
    var from = source.at(keyNode);
    var entry = new Entry(text(key, valueNode, from), from);
    var earlier = entries.putIfAbsent(key, entry);
    if (earlier != null) {
      throw new StartFailure(
          from + ": " + key + ": said before at " + earlier.from() + ": remove one of the two");
    }
  }

  private String text(String key, Node node, String from) {
    if (node instanceof ScalarNode scalar) {
      return YamlText.isNothing(node) ? "" : scalar.getValue();
    }
    if (node instanceof SequenceNode list) {
      return list.getValue().stream()
          .map(item -> scalar(key, item))
          .collect(Collectors.joining(","));
    }
    if (node instanceof MappingNode map && key.equals("services")) {
      return services(map);
    }
    if (node instanceof MappingNode map && OBJECTS.contains(key)) {
      return object(map).encode();
    }
    throw new StartFailure(
        from + ": " + key + ": a mapping (expected: " + expected(key) + "): write one value");
  }

  /** Returns a mapping as JSON; what its values may be, its kind says. */
  private JsonObject object(MappingNode map) {
    var json = new JsonObject();
    for (var tuple : map.getValue()) {
      var key = key(tuple.getKeyNode());
      if (json.containsKey(key)) {
        throw new StartFailure(
            source.at(tuple.getKeyNode()) + ": " + key + ": said before: remove one of the two");
      }
      json.put(key, json(tuple.getValueNode()));
    }
    return json;
  }

  private @Nullable Object json(Node node) {
    if (node instanceof MappingNode map) {
      return object(map);
    }
    if (node instanceof SequenceNode list) {
      var json = new JsonArray();
      list.getValue().forEach(item -> json.add(json(item)));
      return json;
    }
    var text = node instanceof ScalarNode scalar ? scalar.getValue() : "";
    if (YamlText.isNothing(node)) {
      return null;
    }
    return node.getTag().equals(Tag.INT) && text.matches("-?[0-9]{1,18}")
        ? (Object) Long.parseLong(text)
        : text;
  }

  private String services(MappingNode map) {
    var names = new HashSet<String>();
    return map.getValue().stream()
        .map(
            tuple -> {
              var name = key(tuple.getKeyNode());
              if (!names.add(name)) {
                throw new StartFailure(
                    source.at(tuple.getKeyNode())
                        + ": services."
                        + name
                        + ": said before: remove one of the two");
              }
              return name + "=" + count(name, tuple.getValueNode());
            })
        .collect(Collectors.joining(","));
  }

  // A wrong count is refused here, where its own line is known.
  private String count(String name, Node node) {
    var text = scalar("services." + name, node);
    try {
      var read = (JsonObject) Kind.services().read().apply(name + "=" + text);
      return String.valueOf(read.getInteger(name));
    } catch (IllegalArgumentException e) {
      throw new StartFailure(
          source.at(node)
              + ": services."
              + name
              + ": \""
              + text
              + "\" (expected: instances, "
              + Kind.INSTANCES
              + ")",
          e);
    }
  }

  private String scalar(String key, Node node) {
    if (node instanceof ScalarNode scalar) {
      return scalar.getValue();
    }
    throw new StartFailure(
        source.at(node) + ": " + key + ": nested (expected: one value): flatten it");
  }

  private String key(Node node) {
    if (node instanceof ScalarNode scalar) {
      return scalar.getValue();
    }
    throw new StartFailure(
        source.at(node) + ": a key that is no word (expected: a setting's name)");
  }

  private MappingNode mapping(Node node, String what) {
    if (node instanceof MappingNode map) {
      return map;
    }
    throw new StartFailure(
        source.at(node) + ": " + what + " is no mapping (expected: key: value lines)");
  }

  private StartFailure unknown(String key, Node node) {
    var hint =
        SettingTable.nearest(key)
            .map(near -> "did you mean " + near + "?")
            .orElse("see weft node --help");
    return new StartFailure(source.at(node) + ": " + key + ": no such setting: " + hint);
  }

  private static boolean isSection(String key) {
    return SettingTable.ALL.stream().anyMatch(setting -> setting.key().startsWith(key + "."));
  }

  private static String expected(String key) {
    return SettingTable.byKey(key).orElseThrow().kind().expected();
  }
}
