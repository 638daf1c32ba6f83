package io.weft.node.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.weft.mesh.policy.TrafficPolicy.Split;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** One thing of a policy file is changed; the rest, comments too, is as it was. */
class PolicyEditTest {
  private static final String FILE =
      """
      # What counts here.
      attributes:
        tenant: header X-Tenant
      services:
        users: # those who pay
          timeout: 2s
          routes:
            - match: {tenant: acme}
              split: {1.1.0: 100%}
            - split: {1.0.0: 100%}
          operations:
            users.get:
              attemptTimeout: 400ms
        orders:
          timeout: 3s # they take longer
      """;

  private static Map<String, Integer> shares(int old) {
    var shares = new LinkedHashMap<String, Integer>();
    shares.put("1.0.0", old);
    shares.put("1.1.0", 100 - old);
    return shares;
  }

  private static String read(String text) {
    PolicyFile.read(1, text, "test", null);
    return text;
  }

  @Test
  void aSplitTakesThePlaceOfTheLastRouteAndLeavesThoseThatMatch() {
    var text = read(new PolicyEdit(FILE).split("users", shares(90), null));
    var policy = PolicyFile.read(1, text, "test", null).of("users.get");
    var routes = policy.traffic().routes();
    assertEquals(2, routes.size(), text);
    assertEquals(Map.of("tenant", "acme"), routes.get(0).match());
    assertEquals(List.of(new Split("1.0.0", 90), new Split("1.1.0", 10)), routes.get(1).splits());
    assertTrue(text.contains("# What counts here."), text);
    assertTrue(text.contains("# those who pay"), text);
    assertTrue(text.contains("timeout: 3s # they take longer"), text);
    assertEquals(text, new PolicyEdit(text).split("users", shares(90), null), "done twice");
  }

  @Test
  void aSplitIsTakenBackWithAllRoutes() {
    var text = read(new PolicyEdit(FILE).unsplit("users"));
    assertFalse(text.contains("routes"), text);
    assertTrue(text.contains("attemptTimeout: 400ms"), text);
  }

  @Test
  void aFaultMeetsAServiceOrOneOperation() {
    var text = read(new PolicyEdit(FILE).fault("users", "users.get", 10, "200ms", null));
    var policies = PolicyFile.read(1, text, "test", null);
    assertEquals(1, policies.of("users.get").traffic().faults().size(), text);
    assertEquals(0, policies.of("users.list").traffic().faults().size());
    var more = read(new PolicyEdit(text).fault("orders", null, 0.5, null, "unknown"));
    policies = PolicyFile.read(1, more, "test", null);
    assertEquals(1, policies.of("orders.get").traffic().faults().size(), more);
    var none = read(new PolicyEdit(more).unfault("users", "users.get"));
    policies = PolicyFile.read(1, none, "test", null);
    assertEquals(0, policies.of("users.get").traffic().faults().size(), none);
    assertEquals(1, policies.of("orders.get").traffic().faults().size());
  }

  @Test
  void aFileOfCommentsAloneKeepsThem() {
    var comments = "# Nothing is said here.\n#\n# services:\n#   users: {}\n";
    for (var text : List.of("", comments)) {
      var edited = read(new PolicyEdit(text).split("users", shares(50), null));
      assertTrue(edited.startsWith(text.strip()), edited);
    }
    var edited = new PolicyEdit(comments).split("users", shares(50), null);
    assertEquals(
        2,
        PolicyFile.read(1, read(edited), "test", null)
            .of("users.get")
            .traffic()
            .routes()
            .get(0)
            .splits()
            .size());
  }
}
