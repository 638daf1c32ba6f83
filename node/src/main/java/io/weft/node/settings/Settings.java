package io.weft.node.settings;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The settings of one node, checked, each with the place it came from.
 *
 * @param values the settings by key, in the order of the table
 * @param warnings what looks like a mistake but is none that must stop the node
 */
public record Settings(Map<String, Value> values, List<String> warnings) {
  private static final String SECRET = "***";

  /** Keeps the order of the values. */
  public Settings {
    values = new LinkedHashMap<>(values);
    warnings = List.copyOf(warnings);
  }

  /**
   * The value of one setting.
   *
   * @param json what it is: a string, a number, a list or an object
   * @param from where it came from: {@code default}, {@code conf/node.yaml:12}, {@code
   *     WEFT_HTTP_PORT} or {@code --http-port}
   */
  public record Value(Object json, String from) {}

  /** Returns a setting that is a text. */
  public String text(String key) {
    return (String) json(key);
  }

  /** Returns a setting that is a number. */
  public int number(String key) {
    return (Integer) json(key);
  }

  /** Returns a setting that is a file or a folder. */
  public Path path(String key) {
    return Path.of(text(key));
  }

  /** Returns a setting that is a list. */
  public List<String> list(String key) {
    return ((JsonArray) json(key)).stream().map(Object::toString).toList();
  }

  /** Returns a setting that is an object. */
  public JsonObject object(String key) {
    return (JsonObject) json(key);
  }

  /** Returns the services to host with their instances at start, in the order given. */
  public Map<String, Integer> services() {
    var services = new LinkedHashMap<String, Integer>();
    ((JsonObject) json("services")).forEach(e -> services.put(e.getKey(), (Integer) e.getValue()));
    return services;
  }

  /** Returns the settings nested as in {@code conf/node.yaml}, for service providers. */
  public JsonObject nested() {
    var root = new JsonObject();
    values.forEach((key, value) -> put(root, key, value.json()));
    return root;
  }

  /** Returns the settings with another value of one of them. */
  public Settings with(String key, Object json, String from) {
    var changed = new LinkedHashMap<>(values);
    changed.put(key, new Value(json, from));
    return new Settings(changed, warnings);
  }

  /** Returns each setting with its value, secrets masked, and the place it came from. */
  public JsonObject origins() {
    var all = new JsonObject();
    values.forEach(
        (key, value) ->
            all.put(key, new JsonObject().put("value", shown(value)).put("from", value.from())));
    return all;
  }

  /** Returns a table for people of each setting, its value, secrets masked, and its origin. */
  public String print() {
    int key = width(values.keySet().stream().toList());
    int value = width(values.values().stream().map(Settings::shown).toList());
    return values.entrySet().stream()
        .map(
            e ->
                pad(e.getKey(), key)
                    + "  "
                    + pad(shown(e.getValue()), value)
                    + "  "
                    + e.getValue().from())
        .collect(Collectors.joining("\n", "", "\n"));
  }

  /** Returns where a setting came from. */
  public String from(String key) {
    return value(key).from();
  }

  private Object json(String key) {
    return value(key).json();
  }

  private Value value(String key) {
    var value = values.get(key);
    if (value == null) {
      throw new IllegalArgumentException("setting \"" + key + "\" is not in the table of settings");
    }
    return value;
  }

  private static void put(JsonObject root, String key, Object json) {
    int dot = key.indexOf('.');
    if (dot < 0) {
      root.put(key, json);
      return;
    }
    var section = key.substring(0, dot);
    if (!root.containsKey(section)) {
      root.put(section, new JsonObject());
    }
    root.getJsonObject(section).put(key.substring(dot + 1), json);
  }

  private static String shown(Value value) {
    var json = value.json();
    if (json instanceof JsonArray list) {
      return list.stream().map(Object::toString).collect(Collectors.joining(","));
    }
    if (json instanceof JsonObject services) {
      return services.stream()
          // Of what is described at length the name is enough; there may be secrets in it.
          .map(
              e ->
                  e.getValue() instanceof JsonObject ? e.getKey() : e.getKey() + "=" + e.getValue())
          .collect(Collectors.joining(","));
    }
    return masked(json.toString());
  }

  /** Returns a text in which the passwords of addresses are replaced by stars. */
  public static String masked(String text) {
    return text.replaceAll("(://[^\\s:/@]*):[^\\s/]*@", "$1:" + SECRET + "@")
        .replaceAll("(?i)([?&](?:password|sslpassword)=)[^&\\s]*", "$1" + SECRET);
  }

  private static int width(List<String> cells) {
    return cells.stream().mapToInt(String::length).max().orElse(0);
  }

  private static String pad(String cell, int width) {
    return cell + " ".repeat(width - cell.length());
  }
}
