package io.weft.lab.deploy;

import com.marcnuri.helm.Helm;
import com.marcnuri.helm.LintResult;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** The Helm chart, rendered by Helm itself. */
final class Chart {
  static final Path HELM = Path.of("..", "deploy", "helm").toAbsolutePath().normalize();
  private static final String KUBERNETES = "1.31.0";
  private static final Helm CHART = new Helm(HELM.resolve("weft"));

  private Chart() {}

  /** Returns what Helm makes of a file in {@code values/}, with values that are set besides. */
  static String render(String values, Map<String, String> set) {
    var command =
        CHART
            .template()
            .withName("shop")
            .withNamespace("mesh")
            .withKubeVersion(KUBERNETES)
            .withValuesFile(HELM.resolve("values").resolve(values + ".yaml"));
    set.forEach(command::set);
    return command.call();
  }

  static LintResult lint() {
    return CHART.lint().strict().call();
  }

  /** Returns the documents of a text in YAML that are not empty. */
  static List<Map<?, ?>> documents(String text) {
    var load = new Load(LoadSettings.builder().build());
    return StreamSupport.stream(load.loadAllFromString(text).spliterator(), false)
        .filter(Map.class::isInstance)
        .<Map<?, ?>>map(document -> (Map<?, ?>) document)
        .toList();
  }

  /** Returns the document of a kind and name. */
  static Map<?, ?> document(String text, String kind, String name) {
    return documents(text).stream()
        .filter(each -> kind.equals(each.get("kind")) && name.equals(at(each, "metadata", "name")))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no " + kind + " " + name));
  }

  /** Returns what is at a path of keys and, in lists, of places. */
  static Object at(Object tree, Object... path) {
    Object at = tree;
    for (var step : path) {
      var next =
          step instanceof Integer place
              ? ((List<?>) at).get(place)
              : ((Map<?, ?>) at).get(step.toString());
      if (next == null) {
        throw new AssertionError("nothing at " + step + " of " + at);
      }
      at = next;
    }
    return at;
  }

  /** Returns the values of a container's environment by name; those from elsewhere as written. */
  static Map<String, String> environment(Object container) {
    var values = new LinkedHashMap<String, String>();
    for (var variable : (List<?>) at(container, "env")) {
      var one = (Map<?, ?>) variable;
      var value = one.get("value");
      values.put(
          String.valueOf(one.get("name")),
          value == null ? String.valueOf(one.get("valueFrom")) : value.toString());
    }
    return values;
  }
}
