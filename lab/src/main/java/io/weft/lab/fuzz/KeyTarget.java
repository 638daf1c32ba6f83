package io.weft.lab.fuzz;

import io.vertx.core.Vertx;
import io.weft.mesh.MeshLimits;
import io.weft.routing.contract.ContractReader;
import io.weft.routing.contract.Endpoint;
import io.weft.routing.gateway.IdempotencyKey;
import io.weft.routing.problem.ProblemException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The idempotency key of a client: taken as it is, or refused with a problem of 400. */
public final class KeyTarget {
  private static final int BAD_REQUEST = 400;
  private static final long PATIENCE_SECONDS = 20;

  private static @Nullable Endpoint command;

  private KeyTarget() {}

  /** Begins: a command that requires a key. */
  public static void fuzzerInitialize() throws Exception {
    var vertx = Vertx.vertx();
    var file = Path.of(System.getProperty("weft.home", "."), "conf", "openapi.yaml");
    var contract =
        ContractReader.read(vertx, file.toString())
            .toCompletionStage()
            .toCompletableFuture()
            .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    command = contract.byOperation().get("orders.place");
    vertx.close().toCompletionStage().toCompletableFuture().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
  }

  /** Takes one input for the value of the header; its first byte says how often it was sent. */
  public static void fuzzerTestOneInput(byte[] input) {
    var endpoint = Objects.requireNonNull(command);
    var text = new String(input, StandardCharsets.ISO_8859_1);
    boolean twice = input.length > 0 && input[0] == 0;
    try {
      var key = IdempotencyKey.of(twice ? List.of(text, text) : List.of(text), endpoint);
      boolean right =
          text.equals(key)
              && !twice
              && text.length() <= MeshLimits.KEY_MAX_CHARS
              && text.chars().allMatch(c -> c >= ' ' && c <= '~');
      if (!right) {
        throw new AssertionError("taken for a key: " + key);
      }
    } catch (ProblemException refused) {
      if (refused.problem().status() != BAD_REQUEST) {
        throw new AssertionError("refused in another way", refused);
      }
    }
  }
}
