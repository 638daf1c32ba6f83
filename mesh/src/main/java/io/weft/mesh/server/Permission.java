package io.weft.mesh.server;

import io.vertx.core.Future;
import io.weft.mesh.MeshFailure.Rejected;
import io.weft.mesh.Operation;
import io.weft.mesh.Reply;
import io.weft.mesh.Request;
import io.weft.mesh.Step;
import io.weft.mesh.policy.Policies;
import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Lets in only whom the policy of the operation names. A service may always call itself.
 *
 * <p>Who calls is what the frame says: it keeps honest services to what was agreed, and is as true
 * as the bus is closed to others; see docs/THREATS.md. For the instance's event loop.
 */
final class Permission implements Step {
  private final Admission admission;
  private final String operation;
  private final String service;
  private final Step inside;
  private @Nullable Policies seen;
  private @Nullable Set<String> allowed;

  Permission(Admission admission, String operation, Step inside) {
    this.admission = admission;
    this.operation = operation;
    service = Operation.serviceOf(operation);
    this.inside = inside;
  }

  @Override
  @SuppressWarnings("ReferenceEquality") // See Admission.policies().
  public Future<Reply> take(Request request) {
    var present = admission.policies();
    if (present != seen) {
      seen = present;
      allowed = present.of(operation).allow();
    }
    var caller = request.caller();
    if (allowed == null || allowed.contains(caller) || service.equals(caller)) {
      return inside.take(request);
    }
    return Future.failedFuture(
        new Rejected(
            Rejected.Reason.FORBIDDEN,
            operation + " is not for " + caller + " (expected: one that its policy allows)",
            Duration.ZERO));
  }
}
