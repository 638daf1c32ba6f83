package io.weft.routing.access;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.weft.mesh.CallOptions;
import io.weft.mesh.Mesh;
import io.weft.mesh.MeshFailure.Application;
import io.weft.mesh.Reply;
import io.weft.mesh.security.Identity;
import io.weft.mesh.security.Principal;
import io.weft.mesh.security.Tokens;
import io.weft.mesh.security.Unauthenticated;
import io.weft.mesh.time.Ticker;
import io.weft.routing.contract.Contract;
import io.weft.routing.contract.Endpoint;
import io.weft.routing.contract.RequestCheck;
import io.weft.routing.problem.Problem;
import io.weft.routing.problem.ProblemException;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who may ask for what: the one place where the contract's rules are kept, whichever way a request
 * comes in.
 *
 * <p>First {@link #identify}, as soon as there is a token; then {@link #permit}, before anything of
 * the request is read; then {@link #call} in the place of a call of the mesh, which keeps others'
 * hands off what is somebody's own, before there is an effect. Failures are {@link
 * ProblemException}s that tell a client no more than it has to know. For one event loop.
 */
public final class Access {
  private static final Logger LOG = LoggerFactory.getLogger(Access.class);
  private static final String SCHEME = "Bearer ";
  private static final int NOT_FOUND = 404;
  private static final Future<Identity> NOBODY = Future.succeededFuture(Identity.ANONYMOUS);

  private final Function<String, Future<Identity>> check;
  private final Map<String, Endpoint> endpoints;

  /**
   * Creates what keeps the rules of a contract.
   *
   * @param mesh by which API keys are asked for
   */
  public Access(Tokens tokens, Mesh mesh, Ticker ticker, Contract contract) {
    var keys = new ApiKeys(mesh, ticker);
    check = sent -> sent.startsWith(ApiKeys.PREFIX) ? keys.check(sent) : tokens.check(sent);
    this.endpoints = contract.byOperation();
  }

  /**
   * Returns who asks.
   *
   * @param authorization the values of the header of this name, as in {@code Bearer eyJ…}; a token,
   *     or an API key
   * @return nobody if there is none; fails with 401 if it is not good
   */
  public Future<Identity> identify(List<String> authorization) {
    return identify(check, authorization);
  }

  /** Does so where there is no contract; by a token alone. */
  public static Future<Identity> identify(Tokens tokens, List<String> authorization) {
    return identify(tokens::check, authorization);
  }

  /**
   * Returns whether somebody who was let in for longer than a request is to be believed still: what
   * they showed is good, and says of them what it said then. What cannot be looked at just now
   * counts until it runs out.
   *
   * @param shown the values of the header by which the identity is known
   */
  public Future<Boolean> stands(List<String> shown, Identity identity, Instant now) {
    if (identity.remaining(now).isZero()) {
      return Future.succeededFuture(false);
    }
    return identify(shown)
        .transform(
            (found, failure) ->
                Future.succeededFuture(
                    failure == null
                        ? found.principal().equals(identity.principal())
                        : !(failure instanceof ProblemException)));
  }

  /**
   * Does what comes next with who asks. What comes of the request is held back while that is still
   * being found out, and until the handlers are set that {@code next} sets once it is known.
   */
  public static void hold(
      HttpServerRequest request, Future<Identity> identity, Consumer<Future<Identity>> next) {
    if (identity.isComplete()) {
      next.accept(identity);
    } else {
      request.pause();
      next.accept(identity);
      identity.onComplete(known -> request.resume()); // After the handlers of next.
    }
  }

  private static Future<Identity> identify(
      Function<String, Future<Identity>> check, List<String> authorization) {
    if (authorization.isEmpty()) {
      return NOBODY;
    }
    var first = authorization.get(0);
    if (authorization.size() > 1 || !first.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
      return Future.failedFuture(unauthenticated());
    }
    var checked = check.apply(first.substring(SCHEME.length()));
    return checked.succeeded() ? checked : checked.recover(Access::refused);
  }

  private static Future<Identity> refused(Throwable why) {
    if (why instanceof Unauthenticated) {
      LOG.debug("refused {}", why.getMessage());
      return Future.failedFuture(unauthenticated());
    }
    return Future.failedFuture(why);
  }

  /**
   * Lets somebody ask for something at all; whose it is comes later.
   *
   * @throws ProblemException with 401 if it takes a token, and with 403 if it takes another
   */
  public static void permit(Endpoint endpoint, Principal who) {
    if (!endpoint.access().open()) {
      permit(endpoint.access().scopes(), who);
    }
  }

  /** Does so where there is no contract, by the scopes that it takes. */
  public static void permit(Set<String> scopes, Principal who) {
    if (who.anonymous()) {
      throw unauthenticated();
    }
    if (!who.scopes().containsAll(scopes)) {
      throw denied();
    }
  }

  /**
   * Makes a call for somebody who was permitted to: the request must be as the contract says.
   *
   * @return the reply; fails with 403 if the request says that it is about what is another's, and
   *     as if the thing were not there if only the thing itself says so
   */
  public Future<Reply> call(
      Mesh mesh, Endpoint endpoint, Identity identity, Buffer request, CallOptions options) {
    var who = identity.principal();
    var asked = who.anonymous() ? options : options.withPrincipal(who);
    var access = endpoint.access();
    if (who.operator() || (access.own() == null && access.operators().isEmpty())) {
      return exchange(mesh, endpoint, request, asked);
    }
    mayNotSet(access.operators(), request);
    var own = access.own();
    if (own == null) {
      return exchange(mesh, endpoint, request, asked);
    }
    if (own.of() == null) {
      if (!isOf(who, field(request, own.field()))) {
        throw denied();
      }
      return exchange(mesh, endpoint, request, asked);
    }
    return owned(mesh, endpoint, own, who, request, asked);
  }

  private Future<Reply> owned(
      Mesh mesh,
      Endpoint endpoint,
      Endpoint.Own own,
      Principal who,
      Buffer request,
      CallOptions options) {
    if (endpoint.operation().equals(own.of())) {
      return lookUp(mesh, endpoint, own, who, request, options);
    }
    var of = Objects.requireNonNull(endpoints.get(own.of()));
    return lookUp(mesh, of, own, who, question(of, request), options)
        .compose(mine -> exchange(mesh, endpoint, request, options));
  }

  /** Asks for a thing, and takes it for absent if it is another's; the two look the same. */
  private static Future<Reply> lookUp(
      Mesh mesh,
      Endpoint query,
      Endpoint.Own own,
      Principal who,
      Buffer request,
      CallOptions options) {
    return exchange(mesh, query, request, options)
        .transform(
            (reply, failure) -> {
              if (failure instanceof Application answered && isAbsence(query, answered.code())) {
                return Future.failedFuture(absent(answered.code()));
              }
              if (failure != null) {
                return Future.failedFuture(failure);
              }
              return isOf(who, field(reply.body(), own.field()))
                  ? Future.succeededFuture(reply)
                  : Future.failedFuture(absent(codeOfAbsence(query)));
            });
  }

  private static Future<Reply> exchange(
      Mesh mesh, Endpoint endpoint, Buffer request, CallOptions options) {
    return mesh.exchange(endpoint.operation(), endpoint.kind(), request, options);
  }

  /** Returns the request of a query that needs no more than a request has; see the contract. */
  private static Buffer question(Endpoint query, Buffer request) {
    var check = new RequestCheck(query.request());
    for (var name : query.request().required()) {
      check.parameter(name, Objects.requireNonNull(field(request, name)));
    }
    return check.finish();
  }

  private static void mayNotSet(Set<String> operators, Buffer request) {
    for (var name : operators) {
      if (field(request, name) != null) {
        throw denied();
      }
    }
  }

  private static boolean isOf(Principal who, @Nullable String owner) {
    return !who.anonymous() && who.subject().equals(owner);
  }

  private static @Nullable String field(Buffer json, String name) {
    try {
      return JsonFields.of(json, Set.of(name)).get(name);
    } catch (IOException e) {
      throw new IllegalStateException("what was checked cannot be read", e);
    }
  }

  private static boolean isAbsence(Endpoint query, String code) {
    var meaning = query.errors().get(code);
    return meaning != null && meaning.status() == NOT_FOUND;
  }

  private static String codeOfAbsence(Endpoint query) {
    for (var error : query.errors().entrySet()) {
      if (error.getValue().status() == NOT_FOUND) {
        return error.getKey();
      }
    }
    return "not_found";
  }

  private static ProblemException absent(String code) {
    return new ProblemException(
        Problem.of(NOT_FOUND, code, "There is no such thing, or it is not yours"));
  }

  /** Returns what whoever needs a token and has no good one is told. */
  public static ProblemException unauthenticated() {
    return new ProblemException(
        Problem.of(
            401, "unauthenticated", "Send a token that is good: Authorization: Bearer <token>"));
  }

  /** Returns what whoever may not do this is told. */
  public static ProblemException denied() {
    return new ProblemException(Problem.of(403, "access_denied", "Your token does not allow this"));
  }
}
