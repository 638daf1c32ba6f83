package io.weft.node.observe;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The table of docs/METRICS.md, and what a scrape shows, in the same form. */
public final class MetricsDocument {
  private static final Pattern ROW =
      Pattern.compile("\\| `(weft_[a-z_]+)` \\| (\\w+) \\| ([a-z_, ]*)\\| (.+) \\|");
  private static final Pattern TYPE = Pattern.compile("# TYPE (weft_\\w+) (\\w+)");
  private static final Pattern SAMPLE = Pattern.compile("(weft_\\w+?)(?:\\{(.*)})? \\S+");
  private static final Pattern LABEL = Pattern.compile("(\\w+)=\"(?:[^\"\\\\]|\\\\.)*\"");

  /** A row: the type, and the names of the labels, sorted. */
  public record Shape(String type, Set<String> labels) {}

  private MetricsDocument() {}

  /** Returns the rows of the table, by name. */
  public static Map<String, Shape> documented() throws IOException {
    var rows = new LinkedHashMap<String, Shape>();
    for (var line : lines()) {
      var row = ROW.matcher(line);
      if (row.matches()) {
        rows.put(row.group(1), new Shape(row.group(2), words(row.group(3))));
      }
    }
    return rows;
  }

  /** Returns the meanings of the rows, by name. */
  static Map<String, String> meanings() throws IOException {
    var rows = new LinkedHashMap<String, String>();
    for (var line : lines()) {
      var row = ROW.matcher(line);
      if (row.matches()) {
        rows.put(row.group(1), row.group(4));
      }
    }
    return rows;
  }

  private static List<String> lines() throws IOException {
    return Files.readAllLines(Path.of(System.getProperty("weft.root"), "docs", "METRICS.md"));
  }

  private static Set<String> words(String text) {
    var words = new TreeSet<String>();
    Stream.of(text.split(",", -1)).map(String::trim).filter(w -> !w.isEmpty()).forEach(words::add);
    return words;
  }

  /** Returns the metrics of ours that a scrape shows, by name. */
  public static Map<String, Shape> shown(String scrape) {
    var types = new TreeMap<String, String>();
    var labels = new TreeMap<String, Set<String>>();
    for (var line : scrape.lines().toList()) {
      var type = TYPE.matcher(line);
      var sample = SAMPLE.matcher(line);
      if (type.matches()) {
        types.put(type.group(1), type.group(2));
      } else if (sample.matches()) {
        var of = labels.computeIfAbsent(metricOf(sample.group(1), types), n -> new TreeSet<>());
        if (sample.group(2) != null) {
          LABEL.matcher(sample.group(2)).results().forEach(label -> of.add(label.group(1)));
        }
        of.remove("le");
      }
    }
    var shown = new TreeMap<String, Shape>();
    types.forEach(
        (name, type) -> shown.put(name, new Shape(type, labels.getOrDefault(name, Set.of()))));
    return shown;
  }

  /** A histogram shows as three. */
  private static String metricOf(String sample, Map<String, String> types) {
    for (var end : List.of("_bucket", "_count", "_sum")) {
      var name = sample.endsWith(end) ? sample.substring(0, sample.length() - end.length()) : "";
      if (types.containsKey(name)) {
        return name;
      }
    }
    return sample;
  }
}
