package io.weft.node.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Future;
import io.weft.mesh.pki.DevelopmentAuthority;
import io.weft.node.Node;
import io.weft.node.settings.SettingLayers;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commands about a node whose admin port speaks TLS by a certificate of {@code weft certs}. */
class AdminTlsTest {
  private static final Path ROOT = Path.of(System.getProperty("weft.root"));
  private static final long PATIENCE_SECONDS = 60;

  @TempDir private Path folder;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private Path authority;
  private Node node;

  @BeforeEach
  void start() throws Exception {
    assertEquals(ExitCode.OK, weft(Map.of(), "certs", "n1"), err::toString);
    var certs = DevelopmentAuthority.in(folder.resolve("data/certs"));
    authority = certs.certificate();
    var flags = new HashMap<String, String>();
    flags.put("--name", "n1");
    flags.put("--services", "routing=1");
    flags.put("--cluster-name", "tls-" + ProcessHandle.current().pid());
    flags.put("--cluster-port", String.valueOf(freePort()));
    flags.put("--http-port", "0");
    flags.put("--admin-port", "0");
    flags.put("--admin-certificate", certs.certificate("n1").toString());
    flags.put("--admin-key", certs.key("n1").toString());
    flags.put("--data", folder.resolve("data").toString());
    node = await(Node.start(new SettingLayers(ROOT, ROOT, Map.of()).read(null, flags)));
  }

  @AfterEach
  void stop() throws Exception {
    if (node != null) {
      await(node.stop());
    }
  }

  @Test
  void aCommandBelievesTheNodeByTheAuthorityThatIsNamed() {
    // It gives the node more time than others do, of which a first handshake may need some.
    assertEquals(
        ExitCode.OK,
        weft(Map.of(), "scale", "routing=2", "--ca", authority.toString()),
        this::said);
    assertTrue(out.toString().contains("routing: 1 -> 2 instances"), this::said);
    var environment = Map.of("WEFT_CA", authority.toString());
    assertEquals(ExitCode.OK, weft(environment, "scale", "routing=1"), this::said);
    assertTrue(out.toString().contains("routing: 2 -> 1 instances"), this::said);
  }

  @Test
  void aCommandThatBelievesNobodySaysWhatToDo() throws IOException {
    assertEquals(ExitCode.REFUSED, weft(Map.of(), "status"), this::said);
    assertTrue(err.toString().contains("with --ca or WEFT_CA"), this::said);
    var nonsense = Files.writeString(folder.resolve("nonsense.pem"), "nonsense").toString();
    assertEquals(ExitCode.REFUSED, weft(Map.of(), "status", "--ca", nonsense), this::said);
    assertTrue(err.toString().contains("nonsense.pem"), this::said);
    assertEquals(1, err.toString().lines().count(), this::said);
  }

  private String said() {
    return out.toString() + err;
  }

  private int weft(Map<String, String> environment, String... arguments) {
    out.getBuffer().setLength(0);
    err.getBuffer().setLength(0);
    var shell =
        new Shell(ROOT, folder, environment, new PrintWriter(out), new PrintWriter(err), false);
    var all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of("--data", folder.resolve("data").toString()));
    return CommandLines.run(shell, all.toArray(String[]::new));
  }

  private static <T> T await(Future<T> future) throws Exception {
    return future.toCompletionStage().toCompletableFuture().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
  }

  private static int freePort() throws IOException {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
