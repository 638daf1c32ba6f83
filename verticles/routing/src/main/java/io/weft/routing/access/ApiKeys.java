package io.weft.routing.access;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.weft.mesh.CallOptions;
import io.weft.mesh.Mesh;
import io.weft.mesh.MeshFailure.Application;
import io.weft.mesh.Operation;
import io.weft.mesh.Reply;
import io.weft.mesh.security.Identity;
import io.weft.mesh.security.Principal;
import io.weft.mesh.security.Unauthenticated;
import io.weft.mesh.time.Ticker;
import io.weft.routing.RoutingLimits;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * Whose API keys are, as the service users tells it.
 *
 * <p>What it tells is kept for {@link RoutingLimits#API_KEY_KEPT}, so that a key that is revoked is
 * dead within that, and most calls with a key cost one look-up. Requests that come with one key at
 * once ask once. For one event loop.
 */
final class ApiKeys {
  /** What every API key begins with, and no token. */
  static final String PREFIX = "wk_";

  private static final String OPERATION = "users.api-key";
  private static final String INVALID = "api_key.invalid";

  private final Mesh mesh;
  private final Ticker ticker;
  private final Map<String, Kept> kept = new Recent();

  /** What was told of a key, or is being asked, and until when that counts. */
  private record Kept(Future<Identity> identity, long untilNanos) {}

  /** The keys that came last. */
  private static final class Recent extends LinkedHashMap<String, Kept> {
    private static final long serialVersionUID = 1L;

    Recent() {
      super(16, 0.75f, true);
    }

    @Override
    protected boolean removeEldestEntry(Map.Entry<String, Kept> eldest) {
      return size() > RoutingLimits.API_KEYS_KEPT_MAX;
    }
  }

  ApiKeys(Mesh mesh, Ticker ticker) {
    this.mesh = mesh;
    this.ticker = ticker;
  }

  /**
   * Returns who asks with a key.
   *
   * @return fails with {@link Unauthenticated} if it is not good, and as the call of users does
   */
  Future<Identity> check(String key) {
    if (key.length() > RoutingLimits.API_KEY_MAX_CHARS) {
      return Future.failedFuture(new Unauthenticated("an API key that is too long"));
    }
    long now = ticker.nanos();
    var known = kept.get(key);
    if (known != null && known.untilNanos() - now > 0) {
      return known.identity();
    }
    var asked = ask(key);
    kept.put(key, new Kept(asked, now + RoutingLimits.API_KEY_KEPT.toNanos()));
    // Whether users can be reached is not a property of the key.
    return asked.onFailure(
        e -> {
          if (!(e instanceof Unauthenticated)) {
            kept.remove(key);
          }
        });
  }

  private Future<Identity> ask(String key) {
    Buffer request = new JsonObject().put("key", key).toBuffer();
    return mesh.exchange(OPERATION, Operation.Kind.QUERY, request, CallOptions.DEFAULT)
        .transform(
            (reply, failure) -> {
              if (failure == null) {
                return Future.succeededFuture(identity(reply));
              }
              return Future.failedFuture(
                  failure instanceof Application refusal && refusal.code().equals(INVALID)
                      ? new Unauthenticated("an API key that is not good")
                      : failure);
            });
  }

  private static Identity identity(Reply reply) {
    var holder = reply.body().toJsonObject();
    var who =
        new Principal(
            holder.getString("subject"),
            texts(holder.getJsonArray("roles")),
            texts(holder.getJsonArray("scopes")));
    var expires = holder.getInstant("expiresAt");
    return new Identity(who, expires == null ? Instant.MAX : expires);
  }

  private static Set<String> texts(JsonArray array) {
    var texts = new LinkedHashSet<String>();
    array.forEach(text -> texts.add((String) text));
    return texts;
  }
}
