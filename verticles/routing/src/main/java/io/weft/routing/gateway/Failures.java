package io.weft.routing.gateway;

import io.weft.mesh.MeshFailure;
import io.weft.mesh.Operation;
import io.weft.routing.contract.Endpoint;
import io.weft.routing.problem.Fault;
import io.weft.routing.problem.Problem;
import io.weft.routing.problem.ProblemException;
import java.util.List;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a failed call means to a client: the one place where failures become problems. */
public final class Failures {
  private static final Logger LOG = LoggerFactory.getLogger(Failures.class);

  private Failures() {}

  /**
   * Returns the problem of a request that failed.
   *
   * @param failure what went wrong, in the mesh or before it
   * @param endpoint what was called
   */
  public static Problem problem(Throwable failure, Endpoint endpoint) {
    if (failure instanceof ProblemException known) {
      return known.problem();
    }
    if (failure instanceof MeshFailure.Application answered) {
      return answered(answered, endpoint);
    }
    if (failure instanceof MeshFailure met) {
      LOG.debug("{} failed: {}: {}", endpoint.operation(), met.kind(), met.getMessage());
      return met(met, endpoint);
    }
    LOG.error("{} failed", endpoint.operation(), failure);
    return Problem.internal();
  }

  private static Problem answered(MeshFailure.Application failure, Endpoint endpoint) {
    var meaning = endpoint.errors().get(failure.code());
    if (meaning == null) {
      LOG.error(
          "{} answered {} ({}), which its contract does not have; add it to x-weft > errors",
          endpoint.operation(),
          failure.code(),
          failure.getMessage());
      return Problem.internal();
    }
    var message = Objects.requireNonNullElse(failure.getMessage(), failure.code());
    var faults =
        failure.pointer() == null
            ? List.<Fault>of()
            : List.of(new Fault(failure.pointer(), message));
    var retryAfter = failure.retryAfter() == null ? meaning.retryAfter() : failure.retryAfter();
    return new Problem(meaning.status(), failure.code(), message, faults, retryAfter);
  }

  private static Problem met(MeshFailure failure, Endpoint endpoint) {
    var service = endpoint.operation().substring(0, endpoint.operation().indexOf('.'));
    if (failure instanceof MeshFailure.Rejected rejected) {
      return rejected(rejected, service);
    }
    if (failure instanceof MeshFailure.NotSent) {
      return Problem.unavailable(
          "service.unavailable", service + " cannot be reached; nothing was done, try again");
    }
    if (failure instanceof MeshFailure.Expired) {
      return Problem.of(
          504, "deadline.expired", service + " did not come to it in time; nothing was done");
    }
    return Problem.of(
        504,
        "outcome.unknown",
        endpoint.kind() != Operation.Kind.COMMAND
            ? service + " did not answer in time; try again"
            : service
                + " did not answer, and may have done it; send the same request with the same "
                + "Idempotency-Key to learn how it went");
  }

  private static Problem rejected(MeshFailure.Rejected failure, String service) {
    return switch (failure.reason()) {
      case FORBIDDEN -> Problem.of(403, "access.forbidden", "This may not be done from here");
      case OVERLOADED ->
          Problem.of(503, "service.overloaded", service + " has too much to do; try again")
              .retryAfter(failure.retryAfter());
      case DRAINING ->
          Problem.of(503, "service.draining", service + " is about to stop; try again")
              .retryAfter(failure.retryAfter());
      case UNAVAILABLE ->
          Problem.of(
                  503,
                  "service.unavailable",
                  service + " lacks something that it needs; nothing was done, try again")
              .retryAfter(failure.retryAfter());
    };
  }
}
