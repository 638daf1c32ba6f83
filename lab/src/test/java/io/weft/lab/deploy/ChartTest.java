package io.weft.lab.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.Gson;
import com.google.gson.JsonElement;
import io.weft.node.settings.SettingLayers;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The Helm chart: what it makes, whether Kubernetes knows all of it, and whether a node does. */
final class ChartTest {
  private static final Path MADE = Path.of("target", "charts");

  @Test
  void helmFindsNothingWrongWithIt() {
    var result = Chart.lint();
    assertFalse(result.isFailed(), () -> String.join("\n", result.getMessages()));
  }

  /** Whoever changes the chart sees in the recorded text what that changes. */
  @ParameterizedTest
  @ValueSource(strings = {"least", "most"})
  void whatItMakesIsWhatIsRecorded(String values) throws IOException {
    var made = Chart.render(values, Map.of());
    Files.createDirectories(MADE);
    Files.writeString(MADE.resolve(values + ".yaml"), made);
    var recorded = Chart.HELM.resolve("rendered").resolve(values + ".yaml");
    assertEquals(
        Files.exists(recorded) ? Files.readString(recorded) : "",
        made,
        "if that is what it shall be: cp lab/target/charts/*.yaml deploy/helm/rendered/");
  }

  @ParameterizedTest
  @ValueSource(strings = {"least", "most"})
  void kubernetesKnowsEveryFieldOfWhatItMakes(String values) throws Exception {
    for (var document : Chart.documents(Chart.render(values, Map.of()))) {
      known(document);
    }
  }

  @Test
  void aFieldThatKubernetesDoesNotKnowWouldBeFound() {
    var document =
        Chart.documents(Chart.render("least", Map.of()).replace("replicas: 3", "replica: 3"))
            .stream()
            .filter(each -> "StatefulSet".equals(each.get("kind")))
            .findFirst()
            .orElseThrow();
    assertThrows(InvocationTargetException.class, () -> known(document));
  }

  /** Those of the Prometheus operator are no types of Kubernetes, and come with no model here. */
  private static void known(Map<?, ?> document) throws Exception {
    var group = document.get("apiVersion").toString();
    if (group.startsWith("monitoring.coreos.com/")) {
      return;
    }
    var version = group.substring(group.indexOf('/') + 1);
    var type =
        Class.forName(
            "io.kubernetes.client.openapi.models."
                + version.substring(0, 1).toUpperCase(java.util.Locale.ROOT)
                + version.substring(1)
                + document.get("kind"));
    type.getMethod("validateJsonElement", JsonElement.class)
        .invoke(null, new Gson().toJsonTree(document));
  }

  @ParameterizedTest
  @ValueSource(strings = {"least", "most"})
  void everyVariableIsASettingOfTheNode(String values) {
    var known = new HashSet<>(SettingLayers.variables());
    known.add("WEFT_JAVA_OPTS");
    var unknown = new TreeSet<>(Chart.environment(node(values)).keySet());
    unknown.removeAll(known);
    assertEquals(Set.of(), unknown);
  }

  private static Object node(String values) {
    return Chart.at(
        Chart.document(Chart.render(values, Map.of()), "StatefulSet", "shop-weft"),
        "spec",
        "template",
        "spec",
        "containers",
        0);
  }

  @Test
  void nodesFindEachOtherByTheNameOfTheHeadlessService() {
    var text = Chart.render("least", Map.of());
    var service = Chart.document(text, "Service", "shop-weft-nodes");
    assertEquals("None", Chart.at(service, "spec", "clusterIP"));
    assertEquals(true, Chart.at(service, "spec", "publishNotReadyAddresses"));
    assertEquals(
        "dns:shop-weft-nodes.mesh.svc.cluster.local",
        Chart.environment(node("least")).get("WEFT_CLUSTER_JOIN"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"least", "most"})
  void onlyNodesOfTheReleaseReachTheClusterAndTheBus(String values) {
    var text = Chart.render(values, Map.of());
    var policy = Chart.document(text, "NetworkPolicy", "shop-weft");
    var pods = Chart.at(policy, "spec", "podSelector");
    assertEquals(List.of("Ingress"), Chart.at(policy, "spec", "policyTypes"));
    var set = Chart.document(text, "StatefulSet", "shop-weft");
    assertEquals(Chart.at(set, "spec", "selector"), pods);
    for (var rule : (List<?>) Chart.at(policy, "spec", "ingress")) {
      var ports = new HashSet<Object>();
      ((List<?>) Chart.at(rule, "ports")).forEach(port -> ports.add(Chart.at(port, "port")));
      if (ports.contains("cluster") || ports.contains("bus")) {
        assertEquals(List.of(Map.of("podSelector", pods)), Chart.at(rule, "from"));
      } else {
        assertEquals(Set.of("http"), ports);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"least", "most"})
  void aNodeMayWriteNowhereButInItsVolumesAndDoNothingAsRoot(String values) {
    var container = node(values);
    var context = (Map<?, ?>) Chart.at(container, "securityContext");
    assertEquals(true, context.get("readOnlyRootFilesystem"));
    assertEquals(false, context.get("allowPrivilegeEscalation"));
    assertEquals(Map.of("drop", List.of("ALL")), context.get("capabilities"));
    var writable = new TreeSet<String>();
    for (var mount : (List<?>) Chart.at(container, "volumeMounts")) {
      if (!Boolean.TRUE.equals(((Map<?, ?>) mount).get("readOnly"))) {
        writable.add(Chart.at(mount, "mountPath").toString());
      }
    }
    assertEquals(Set.of("/tmp", "/var/lib/weft"), writable);
  }

  /** One for each file: Prometheus refuses a file with two groups of one name. */
  @ParameterizedTest
  @ValueSource(strings = {"recording", "alerts"})
  void theRulesOfPrometheusAreThoseOfTheFiles(String name) throws IOException {
    var rule =
        Chart.document(Chart.render("most", Map.of()), "PrometheusRule", "shop-weft-" + name);
    var file = Chart.HELM.resolveSibling("prometheus").resolve(name + ".yaml");
    var groups = Chart.at(Chart.documents(Files.readString(file)).get(0), "groups");
    assertEquals(groups, Chart.at(rule, "spec", "groups"));
  }

  /** Numbers of replicas in the set would undo, at each upgrade, what the autoscaler did. */
  @Test
  void whereNodesAreScaledByMetricsTheirNumberIsNotSaid() {
    var text = Chart.render("most", Map.of());
    var set = (Map<?, ?>) Chart.at(Chart.document(text, "StatefulSet", "shop-weft"), "spec");
    assertFalse(set.containsKey("replicas"));
    var scaler = Chart.document(text, "HorizontalPodAutoscaler", "shop-weft");
    assertEquals(
        "weft_in_flight", Chart.at(scaler, "spec", "metrics", 1, "pods", "metric", "name"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "image.repository=| image.repository: \"\" (expected: where the image",
        "postgres.existingSecret=| postgres.existingSecret: \"\" (expected: a secret",
        "tokens.existingSecret=| tokens: no keys (expected:",
        "tokens.jwksUrl=https://a/b| tokens: existingSecret and jwksUrl (expected: one of them)",
        "drainSeconds=40| stopSeconds: 60 (expected: at least 30 more than drainSeconds, 40)",
        "mode=open| mode",
        "nodez=3| nodez",
        "ports.http=80| http",
        "settings.HTTP_PORT=1| HTTP_PORT",
        "autoscaling.enabled=true;autoscaling.max=2| autoscaling.max: 2 (expected: at least",
      })
  void whatCannotRunIsRefused(String set, String expected) {
    var values = new HashMap<String, String>();
    for (var one : set.split(";")) {
      int equals = one.indexOf('=');
      values.put(one.substring(0, equals), one.substring(equals + 1));
    }
    var e = assertThrows(RuntimeException.class, () -> Chart.render("least", values));
    assertTrue(String.valueOf(e.getMessage()).contains(expected), e.getMessage());
  }
}
