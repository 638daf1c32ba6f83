package io.weft.routing.gateway;

import io.weft.mesh.MeshLimits;
import io.weft.routing.contract.Endpoint;
import io.weft.routing.problem.Problem;
import io.weft.routing.problem.ProblemException;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The idempotency key that a client sends with a command. */
public final class IdempotencyKey {
  /** The name of the header, over HTTP and over the bridge. */
  public static final String HEADER = "Idempotency-Key";

  private static final Pattern KEY =
      Pattern.compile("[\\x20-\\x7e]{1," + MeshLimits.KEY_MAX_CHARS + "}");
  private static final String EXPECTED =
      "(expected: 1 to " + MeshLimits.KEY_MAX_CHARS + " printable ASCII characters)";

  private IdempotencyKey() {}

  /**
   * Returns the key, or null when there is none and none is required.
   *
   * @param sent the values of the header
   * @throws ProblemException of 400 when it is required and missing, or cannot be a key
   */
  public static @Nullable String of(List<String> sent, Endpoint endpoint) {
    if (sent.isEmpty()) {
      if (endpoint.keyRequired()) {
        throw problem("idempotency_key.missing", "absent " + EXPECTED);
      }
      return null;
    }
    if (sent.size() > 1) {
      throw problem("idempotency_key.invalid", sent.size() + " of them (expected: one)");
    }
    var key = sent.get(0);
    if (!KEY.matcher(key).matches()) {
      throw problem("idempotency_key.invalid", key.length() + " characters " + EXPECTED);
    }
    return key;
  }

  private static ProblemException problem(String code, String detail) {
    return new ProblemException(Problem.of(400, code, HEADER + ": " + detail));
  }
}
