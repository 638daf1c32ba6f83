package io.weft.lab.fuzz;

import io.vertx.core.Future;
import io.weft.lab.TemporaryFolder;
import io.weft.mesh.security.Identity;
import io.weft.mesh.security.KeyException;
import io.weft.mesh.security.Role;
import io.weft.mesh.security.TokenKeys;
import io.weft.mesh.security.Tokens;
import io.weft.mesh.security.Unauthenticated;
import io.weft.mesh.time.Time;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The check of tokens: whatever no key of ours has signed is refused as {@link Unauthenticated}.
 */
public final class TokenTarget {
  private static @Nullable Tokens tokens;
  private static String good = "";

  private TokenTarget() {}

  /** Begins: one key, and one token that is good. */
  public static void fuzzerInitialize() throws KeyException {
    var time = Time.withoutTimers();
    try (var folder = new TemporaryFolder()) {
      var made = new Tokens(TokenKeys.development(folder.path()), Tokens.NAME, Tokens.NAME, time);
      tokens = made;
      good = made.issue(Role.OPERATOR.principal("fuzz"), Duration.ofDays(1));
    }
  }

  /** Takes one input for a token, and for each of the parts of a good one. */
  public static void fuzzerTestOneInput(byte[] input) {
    var text = new String(input, StandardCharsets.UTF_8);
    var parts = good.split("\\.", -1);
    check(text);
    check(text + '.' + parts[1] + '.' + parts[2]);
    check(parts[0] + '.' + text + '.' + parts[2]);
    check(parts[0] + '.' + parts[1] + '.' + text);
  }

  private static void check(String token) {
    Future<Identity> checked = Objects.requireNonNull(tokens).check(token);
    if (!checked.isComplete()) {
      throw new AssertionError("still asks for a key");
    }
    if (checked.succeeded() != token.equals(good)) {
      throw new AssertionError((checked.succeeded() ? "taken: " : "refused: ") + token);
    }
    if (checked.failed() && !(checked.cause() instanceof Unauthenticated)) {
      throw new AssertionError("refused in another way", checked.cause());
    }
  }
}
