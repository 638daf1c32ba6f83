package io.weft.routing.contract;

import io.vertx.core.http.HttpMethod;
import io.weft.mesh.Operation;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One operation of the contract: how it is reached over HTTP, and which mesh operation answers.
 *
 * @param method the HTTP method
 * @param path the path, with parameters in braces
 * @param operation the name of the mesh operation
 * @param kind whether it has effects, or answers with a stream
 * @param keyRequired whether the client must send an idempotency key
 * @param versioned whether the client must say which version it has seen, with {@code If-Match}
 * @param pathParameters the names of the parameters in the path
 * @param queryParameters the names of the parameters in the query
 * @param hasBody whether it takes a JSON body
 * @param request the whole request: parameters, version and body
 * @param outside the names of the request's fields that do not come from the body
 * @param success the HTTP status of an answer
 * @param pending when the answer says that the work goes on, or null when it never does
 * @param location the {@code Location} of an answer, with fields of the answer in braces, or null
 * @param etag the field of the answer that is its version, or null
 * @param age the field of the answer that says how many seconds old it may be, or null
 * @param events which events it tells, when it answers with a stream of them, or null
 * @param access who may ask for it
 * @param leaving when it goes, or null when it stays
 * @param errors what each code means to an HTTP client
 * @param tellsAddress whether the operation is told from which address the client asks
 */
public record Endpoint(
    HttpMethod method,
    String path,
    String operation,
    Operation.Kind kind,
    boolean keyRequired,
    boolean versioned,
    List<String> pathParameters,
    List<String> queryParameters,
    boolean hasBody,
    Shape.Fields request,
    Set<String> outside,
    int success,
    @Nullable Pending pending,
    @Nullable String location,
    @Nullable String etag,
    @Nullable String age,
    @Nullable Events events,
    Access access,
    @Nullable Leaving leaving,
    Map<String, Meaning> errors,
    boolean tellsAddress) {

  /** The field of a request in which the number of {@code If-Match} travels. */
  public static final String VERSION = "version";

  /** The parameter in the query that says after which event to begin. */
  public static final String AFTER = "after";

  /**
   * When an answer says that the work goes on.
   *
   * @param status the HTTP status then
   * @param field the field of the answer that says it
   * @param values the field's values that mean it
   */
  public record Pending(int status, String field, Set<String> values) {}

  /**
   * Which events of its operation's service an endpoint tells.
   *
   * @param of the query that is asked first, with the path's parameters: it knows whether there is
   *     such a thing at all
   * @param by what of an event must be equal to a field of that answer
   * @param field the name of that field
   */
  public record Events(String of, By by, String field) {
    /** What of an event says whom or what it is about. */
    public enum By {
      /** The id of what it happened to. */
      AGGREGATE,
      /** The id of the user whom it concerns. */
      OWNER
    }
  }

  /**
   * Who may ask for it.
   *
   * @param open whether anybody may, also without a token; if not, a token with all scopes may
   * @param scopes what a token must have; empty if any token will do
   * @param own whose thing it is, to all but operators, or null if it is nobody's
   * @param operators the fields of a request that operators alone may set
   */
  public record Access(
      boolean open, Set<String> scopes, @Nullable Own own, Set<String> operators) {}

  /**
   * Which field must be the subject of the token.
   *
   * @param of the query whose answer has the field, or null if it is one of the request
   * @param field the name of the field
   */
  public record Own(@Nullable String of, String field) {}

  /**
   * When an operation goes, as its clients are told.
   *
   * @param deprecated the value of {@code Deprecation}: since when nobody new should use it; RFC
   *     9745
   * @param sunset the value of {@code Sunset}: when it will be there no more, RFC 8594; or null
   * @param link the value of {@code Link}: where to read what to do; or null
   */
  public record Leaving(String deprecated, @Nullable String sunset, @Nullable String link) {}

  /**
   * What a failure's code means to an HTTP client.
   *
   * @param status the HTTP status
   * @param retryAfter when to try again, or null
   */
  public record Meaning(int status, @Nullable Duration retryAfter) {}
}
