package io.weft.node.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Vertx;
import io.weft.mesh.security.Identity;
import io.weft.mesh.security.Principal;
import io.weft.mesh.security.Role;
import io.weft.mesh.security.TokenKeys;
import io.weft.mesh.security.Tokens;
import io.weft.mesh.time.Time;
import io.weft.node.StartFailure;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** What {@code weft token} prints, as a node of the same data folder reads it. */
class TokenCommandTest {
  private final Vertx vertx = Vertx.vertx();
  private final StringWriter out = new StringWriter();

  @TempDir private Path data;

  @AfterEach
  void close() {
    vertx.close().toCompletionStage().toCompletableFuture().join();
  }

  private int run(Map<String, String> environment, String... arguments) {
    var root = Path.of(System.getProperty("weft.root", ".."));
    var print = new PrintWriter(out, true);
    var command = new TokenCommand(new Shell(root, root, environment, print, print, false));
    var all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of("--data", data.toString()));
    new CommandLine(command).parseArgs(all.toArray(String[]::new));
    return command.run();
  }

  private Identity issued(String... arguments) throws Exception {
    out.getBuffer().setLength(0);
    assertEquals(ExitCode.OK, run(Map.of(), arguments));
    return new Tokens(TokenKeys.development(data), Tokens.NAME, Tokens.NAME, Time.of(vertx))
        .check(out.toString().strip())
        .result();
  }

  @Test
  void anOperatorIsTheDefault() throws Exception {
    var identity = issued();
    assertEquals(Role.OPERATOR.principal("operator"), identity.principal());
    var left = identity.remaining(Instant.now());
    assertTrue(left.compareTo(Duration.ofMinutes(59)) > 0, left.toString());
    assertTrue(left.compareTo(Duration.ofHours(1)) <= 0, left.toString());
  }

  @Test
  void whoWhatAndHowLongCanBeSaid() throws Exception {
    var identity = issued("--role", "customer", "--subject", "anna", "--lifetime", "30d");
    assertEquals(Role.CUSTOMER.principal("anna"), identity.principal());
    assertTrue(identity.remaining(Instant.now()).compareTo(Duration.ofDays(29)) > 0);
    assertEquals(
        new Principal("anna", Set.of("device"), Set.of("orders:read", "users:read")),
        issued("--role=device", "--subject=anna", "--scope=orders:read users:read").principal());
    assertEquals(
        new Principal("machine", Set.of(), Set.of("orders:read")),
        issued("--role", "none", "--scope", "orders:read").principal());
  }

  @Test
  void whatCannotBeIsRefusedInOneLine() {
    refused("\"king\" (expected: one of [customer, operator, device], or none", "--role", "king");
    refused("or none with --scope)", "--role", "none");
    refused("--lifetime: \"soon\" (expected: as 90s, 15m, 8h, 30d)", "--lifetime", "soon");
    refused("PT744H (expected: a subject, 1 s to PT720H)", "--lifetime", "31d");
    refused("character", "--subject", "an na");
  }

  @Test
  void whereOthersHaveTheKeysNoneIsIssued() {
    var environment = Map.of("WEFT_SECURITY_JWKS_URL", "https://id.example/jwks");
    var failure = assertThrows(StartFailure.class, () -> run(environment));
    assertTrue(failure.getMessage().contains("https://id.example/jwks"), failure.getMessage());
  }

  private void refused(String why, String... arguments) {
    var failure = assertThrows(StartFailure.class, () -> run(Map.of(), arguments));
    assertTrue(failure.getMessage().contains(why), failure.getMessage());
  }
}
