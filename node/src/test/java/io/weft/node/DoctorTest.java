package io.weft.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import io.weft.ledger.TestPostgres;
import io.weft.mesh.pki.DevelopmentAuthority;
import io.weft.node.settings.SettingLayers;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the doctor says of a node whose parts are harmed one after another, and what to do. */
@Timeout(120)
class DoctorTest {
  private static final long PATIENCE_SECONDS = 30;

  private final HttpClient http = HttpClient.newHttpClient();
  @TempDir private Path data;
  private Node node;

  @BeforeEach
  void start() throws Exception {
    var root = Path.of(System.getProperty("weft.root"));
    var authority = DevelopmentAuthority.in(data.resolve("certs"));
    authority.issue("shop", List.of(), Duration.ofDays(10), Duration.ofDays(5));
    var flags = new LinkedHashMap<String, String>();
    flags.put("--name", "n1");
    flags.put("--services", "users,orders,routing");
    flags.put("--cluster-name", "doctor-" + ProcessHandle.current().pid());
    flags.put("--cluster-port", "" + freePort());
    flags.put("--http-port", "0");
    flags.put("--http-certificate", authority.certificate("shop").toString());
    flags.put("--http-key", authority.key("shop").toString());
    flags.put("--admin-port", "0");
    flags.put("--data", data.toString());
    node = await(Node.start(new SettingLayers(root, root, Map.of()).read(null, flags)));
  }

  @AfterEach
  void stop() throws Exception {
    if (node != null) {
      await(node.stop());
    }
  }

  @Test
  void eachHarmIsToldByItsCodeWithWhatToDo() throws Exception {
    told("W0203", "n1, http", "FAIL", "it is taken without a restart");
    told("W0305", "orders", "PASS", "");
    told("W0303", "orders", "PASS", "");

    parkAnOrder();
    told("W0305", "orders", "FAIL", "weft sagas");

    var uri = node.host().settings().getJsonObject("postgres").getString("uri");
    try (var relays = TestPostgres.connect(uri);
        var statement = relays.createStatement()) {
      relays.setAutoCommit(false);
      statement.execute("select 1 from orders.events_end for update"); // Nobody relays meanwhile.
      TestPostgres.execute(
          uri,
          "insert into orders.outbox (topic, aggregate, owner, at, body) values"
              + " ('orders.placed', 'a', 'o', now() - interval '2 minutes', '{}')");
      told("W0303", "orders", "FAIL", "the relay says why");
      statement.execute("delete from orders.outbox");
      relays.commit();
    }

    node.host()
        .vertx()
        .runOnContext(go -> LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1_200)));
    told("W0202", "n1", "FAIL", "something blocks");

    stopPostgres();
    told("W0301", "n1, postgres", "FAIL", "look whether PostgreSQL runs");
  }

  private void parkAnOrder() {
    TestPostgres.execute(
        node.host().settings().getJsonObject("postgres").getString("uri"),
        "insert into orders.orders (id, user_id, status, currency, total, line_count,"
            + " encoded_bytes, inbox_key, claimed_until, parked_at, parked_reason) values"
            + " (gen_random_uuid(), gen_random_uuid(), 'PENDING', 'EUR', 1, 1, 1, 'k', now(),"
            + " now(), 'users.gone: no such')");
  }

  /** It is started anew by the node, which takes a while. */
  private void stopPostgres() throws Exception {
    var pid = Files.readAllLines(data.resolve("postgres/cluster/postmaster.pid")).get(0).strip();
    ProcessHandle.of(Long.parseLong(pid)).orElseThrow().destroyForcibly();
  }

  /** Asks until a check says something of a subject: what is measured is so for a while. */
  private void told(String code, String subject, String status, String fix) throws Exception {
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    JsonObject check;
    do {
      var doctor = doctor();
      check =
          doctor.getJsonArray("checks").stream()
              .map(JsonObject.class::cast)
              .filter(c -> c.getString("code").equals(code))
              .filter(c -> c.getString("subject").equals(subject))
              .findFirst()
              .orElse(new JsonObject());
      assertTrue(System.nanoTime() < until, code + " of " + subject + ": " + doctor);
    } while (!status.equals(check.getString("status")));
    assertTrue(check.getString("fix").contains(fix), check.encode());
    assertEquals(status.equals("PASS"), check.getString("fix").isEmpty(), check.encode());
  }

  private JsonObject doctor() throws Exception {
    var url = URI.create("http://" + node.addresses().get("admin") + "/v1/doctor");
    return new JsonObject(
        http.send(HttpRequest.newBuilder(url).build(), BodyHandlers.ofString()).body());
  }

  private static <T> T await(Future<T> future) throws Exception {
    return future.toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
  }

  private static int freePort() throws Exception {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
