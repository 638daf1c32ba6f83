package io.weft.node.settings;

import io.weft.node.NodeLimits;
import io.weft.node.StartFailure;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The layers that settings come from, the later ones over the earlier: defaults, the file, the
 * environment, flags.
 *
 * <p>Files named in a default or in the settings file are relative to the home folder; those named
 * in a variable or a flag are relative to the folder that the node was started in.
 */
public final class SettingLayers {
  /** The settings file, relative to the home folder, that is read when none is named. */
  public static final String FILE = "conf/node.yaml";

  // These belong to the scripts, not to the node.
  private static final Set<String> OTHER_VARIABLES =
      Set.of(
          "WEFT_HOME", "WEFT_JAVA_OPTS", "WEFT_CLASSPATH", "WEFT_CACHE", "WEFT_TOKEN", "WEFT_CA");

  private final Path home;
  private final Path workingFolder;
  private final Map<String, String> environment;

  private record Layer(String text, String from, Path base) {}

  /** Other defaults than usual, by key. */
  private record Profile(String from, Map<String, String> values) {}

  private static final Profile NO_PROFILE = new Profile("", Map.of());

  /** One flag that sets a setting. */
  public record Flag(String name, String label, String about, boolean repeatable) {}

  /**
   * Creates the layers under the flags.
   *
   * @param home the folder that holds {@code conf}
   * @param workingFolder the folder that the node was started in
   * @param environment the variables by name
   */
  public SettingLayers(Path home, Path workingFolder, Map<String, String> environment) {
    this.home = home.toAbsolutePath().normalize();
    this.workingFolder = workingFolder.toAbsolutePath().normalize();
    this.environment = environment;
  }

  /** Returns every flag that sets a setting, in the order of the table. */
  public static List<Flag> flags() {
    return SettingTable.ALL.stream()
        .map(
            s ->
                new Flag(
                    s.flag(),
                    "<" + s.key() + ">",
                    s.about() + defaultNote(s),
                    s.key().equals("cluster.join")))
        .toList();
  }

  private static String defaultNote(Setting setting) {
    return setting.fallback().isEmpty() ? "" : " (default: " + setting.fallback() + ")";
  }

  /**
   * Reads all layers.
   *
   * @param file the settings file that was named, or null for the one under the home folder, which
   *     may be absent
   * @param flags values by flag
   * @throws StartFailure at the first thing that is wrong
   */
  public Settings read(@Nullable String file, Map<String, String> flags) {
    var fromFile = file(file);
    var chosen = SettingTable.byKey("node.profile").orElseThrow();
    var name = (String) value(chosen, layer(chosen, fromFile, flags, NO_PROFILE)).json();
    var profile = new Profile("profile " + name, SettingTable.profile(name));
    var values = new LinkedHashMap<String, Settings.Value>();
    for (var setting : SettingTable.ALL) {
      values.put(setting.key(), value(setting, layer(setting, fromFile, flags, profile)));
    }
    return new Settings(values, unknownVariables());
  }

  private Map<String, YamlFile.Entry> file(@Nullable String named) {
    if (named != null) {
      return YamlFile.read(workingFolder.resolve(named), named);
    }
    var usual = home.resolve(FILE);
    return Files.exists(usual) ? YamlFile.read(usual, FILE) : Map.of();
  }

  private Layer layer(
      Setting setting,
      Map<String, YamlFile.Entry> fromFile,
      Map<String, String> flags,
      Profile profile) {
    var flag = flags.get(setting.flag());
    if (flag != null) {
      return new Layer(flag, setting.flag(), workingFolder);
    }
    var variable = environment.get(setting.variable());
    if (variable != null) {
      return new Layer(variable, setting.variable(), workingFolder);
    }
    var entry = fromFile.get(setting.key());
    if (entry != null) {
      return new Layer(entry.text(), entry.from(), home);
    }
    var preset = profile.values().get(setting.key());
    return preset != null
        ? new Layer(preset, profile.from(), home)
        : new Layer(setting.fallback(), "default", home);
  }

  private static Settings.Value value(Setting setting, Layer layer) {
    try {
      if (layer.text().length() > NodeLimits.SETTING_MAX_CHARS) {
        throw new IllegalArgumentException("too long");
      }
      var json = setting.kind().read().apply(layer.text());
      boolean place = setting.kind().path() && !layer.text().isEmpty();
      return new Settings.Value(
          place ? layer.base().resolve(layer.text()).normalize().toString() : json, layer.from());
    } catch (IllegalArgumentException e) {
      throw new StartFailure(
          switch (setting.key()) {
            // What is described at length says itself where it is wrong.
            case "upstreams" -> layer.from() + ": upstreams." + e.getMessage();
            case "sites.exports" -> layer.from() + ": " + e.getMessage();
            default -> wrong(setting, layer);
          },
          e);
    }
  }

  private static String wrong(Setting setting, Layer layer) {
    var key = layer.from().contains(":") ? setting.key() + ": " : "";
    var text = Settings.masked(layer.text());
    var shown = text.length() > 200 ? text.substring(0, 200) + "…" : text;
    return layer.from()
        + ": "
        + key
        + "\""
        + shown
        + "\" (expected: "
        + setting.kind().expected()
        + ")";
  }

  /** Returns the names of all variables that a node, or what starts it, reads. */
  public static Set<String> variables() {
    var known = new TreeSet<>(OTHER_VARIABLES);
    SettingTable.ALL.forEach(setting -> known.add(setting.variable()));
    return known;
  }

  // Only a warning: container platforms put variables of their own making into every process.
  private List<String> unknownVariables() {
    var known = variables();
    var warnings = new ArrayList<String>();
    for (var name : new TreeSet<>(environment.keySet())) {
      if (name.startsWith("WEFT_") && !known.contains(name)) {
        warnings.add(name + ": no such setting in the environment; it has no effect");
      }
    }
    return warnings;
  }
}
