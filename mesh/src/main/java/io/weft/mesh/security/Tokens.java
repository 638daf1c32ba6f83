package io.weft.mesh.security;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.weft.mesh.MeshFailure.Rejected;
import io.weft.mesh.MeshLimits;
import io.weft.mesh.time.Time;
import java.nio.file.Path;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Issues tokens and checks them: JWTs (RFC 7519) as RFC 8725 wants them.
 *
 * <p>A token is refused before it is parsed if it is too long, before its signature is looked at if
 * it names another algorithm than its key is for, and before its claims are if the signature is not
 * of that key. What was checked is kept, up to {@link MeshLimits#TOKENS_KEPT_MAX} tokens and {@link
 * MeshLimits#TOKEN_KEPT} long, so most calls cost one look-up; a change of keys forgets it all.
 * {@link #issue} is safe for any thread; {@link #check} is for one event loop, so each gateway has
 * a {@code Tokens} of its own over the keys that they share.
 */
public final class Tokens {
  /** Who issues tokens, and whom they are for, unless settings say otherwise. */
  public static final String NAME = "weft";

  private final TokenKeys keys;
  private final String issuer;
  private final String audience;
  private final Time time;
  private final Map<String, Kept> kept;
  private KeySet keptOf = KeySet.EMPTY;

  /** A token that was found good, and until when it need not be looked at again. */
  private record Kept(Future<Identity> identity, long untilNanos) {}

  /** The tokens that came last. */
  private static final class Recent extends LinkedHashMap<String, Kept> {
    private static final long serialVersionUID = 1L;
    private final int max;

    Recent(int max) {
      super(16, 0.75f, true);
      this.max = max;
    }

    @Override
    protected boolean removeEldestEntry(Map.Entry<String, Kept> eldest) {
      return size() > max;
    }
  }

  /**
   * Creates what issues and checks tokens.
   *
   * @param issuer who issues them: {@code iss}
   * @param audience whom they are for: {@code aud}
   */
  public Tokens(TokenKeys keys, String issuer, String audience, Time time) {
    this(keys, issuer, audience, time, MeshLimits.TOKENS_KEPT_MAX);
  }

  /**
   * Creates what issues tokens that nodes with a data folder take which have no other keys. Blocks.
   *
   * @throws KeyException if the folder's key cannot be made or read
   */
  public static Tokens development(Path data, Time time) throws KeyException {
    return new Tokens(TokenKeys.development(data), NAME, NAME, time);
  }

  Tokens(TokenKeys keys, String issuer, String audience, Time time, int keptMax) {
    kept = new Recent(keptMax);
    this.keys = keys;
    this.issuer = issuer;
    this.audience = audience;
    this.time = time;
  }

  /**
   * Returns a token that says who somebody is.
   *
   * @param lifetime at most {@link MeshLimits#TOKEN_LIFETIME_MAX}
   * @throws IllegalStateException if the keys only check tokens
   * @throws IllegalArgumentException if there is nobody to name, or it would live too long
   */
  public String issue(Principal who, Duration lifetime) {
    var key = keys.now().signing();
    if (key == null || key.signer() == null) {
      throw new IllegalStateException("no key to sign with: the keys of this node only check");
    }
    if (who.anonymous()
        || lifetime.compareTo(Duration.ofSeconds(1)) < 0
        || lifetime.compareTo(MeshLimits.TOKEN_LIFETIME_MAX) > 0) {
      throw new IllegalArgumentException(
          "a token for '"
              + who.subject()
              + "' of "
              + lifetime
              + " (expected: a subject, 1 s to "
              + MeshLimits.TOKEN_LIFETIME_MAX
              + ")");
    }
    var header =
        new JWSHeader.Builder(key.algorithm()).type(JOSEObjectType.JWT).keyID(key.id()).build();
    var token = new SignedJWT(header, claims(who, lifetime));
    try {
      token.sign(key.signer());
    } catch (JOSEException broken) {
      throw new IllegalStateException("key " + key.id() + " does not sign", broken);
    }
    return token.serialize();
  }

  private JWTClaimsSet claims(Principal who, Duration lifetime) {
    Instant now = time.wall().now();
    return new JWTClaimsSet.Builder()
        .issuer(issuer)
        .audience(audience)
        .subject(who.subject())
        .issueTime(Date.from(now))
        .notBeforeTime(Date.from(now))
        .expirationTime(Date.from(now.plus(lifetime)))
        .jwtID(time.rng().uuid().toString())
        .claim("scope", String.join(" ", who.scopes().stream().sorted().toList()))
        .claim("roles", who.roles().stream().sorted().toList())
        .build();
  }

  /**
   * Returns who a token says that asks. Completes on the caller's context, at once unless a key has
   * to be asked for.
   *
   * @return fails with {@link Unauthenticated} if the token is not good, and with {@link Rejected}
   *     while there are no keys to check it with
   */
  public Future<Identity> check(String token) {
    var current = keys.now();
    if (current != keptOf) {
      kept.clear();
      keptOf = current;
    }
    var known = kept.get(token);
    if (known != null) {
      if (time.ticker().nanos() - known.untilNanos < 0) {
        return known.identity;
      }
      kept.remove(token);
    }
    if (token.length() > MeshLimits.TOKEN_MAX_CHARS) {
      return refused(
          "of " + token.length() + " characters (limit: " + MeshLimits.TOKEN_MAX_CHARS + ")");
    }
    try {
      var parsed = SignedJWT.parse(token);
      return current.find(parsed.getHeader().getKeyID()) == null
          ? askFor(parsed)
          : keep(token, verify(parsed, current));
    } catch (ParseException | IllegalArgumentException malformed) {
      return refused("that is malformed: " + brief(malformed));
    } catch (Unauthenticated refused) {
      return Future.failedFuture(refused);
    }
  }

  private Future<Identity> askFor(SignedJWT parsed) {
    return here(keys.ask())
        .compose(
            asked -> {
              var current = keys.now();
              if (current.isEmpty()) {
                return Future.failedFuture(
                    new Rejected(
                        Rejected.Reason.UNAVAILABLE,
                        "the keys that tokens are checked with are not there yet",
                        MeshLimits.RETRY_AFTER));
              }
              try {
                return Future.succeededFuture(verify(parsed, current));
              } catch (Unauthenticated refused) {
                return Future.failedFuture(refused);
              }
            });
  }

  /** Brings what completes on any thread back to the context that asked. */
  private static Future<Void> here(Future<Void> anywhere) {
    var context = Vertx.currentContext();
    if (context == null || anywhere.isComplete()) {
      return anywhere;
    }
    Promise<Void> here = Promise.promise();
    anywhere.onComplete(done -> context.runOnContext(back -> here.handle(done)));
    return here.future();
  }

  private Future<Identity> keep(String token, Identity identity) {
    var left = identity.remaining(time.wall().now());
    var trusted = left.compareTo(MeshLimits.TOKEN_KEPT) < 0 ? left : MeshLimits.TOKEN_KEPT;
    Future<Identity> answer = Future.succeededFuture(identity);
    kept.put(token, new Kept(answer, time.ticker().nanos() + trusted.toNanos()));
    return answer;
  }

  private Identity verify(SignedJWT token, KeySet current) {
    var header = token.getHeader();
    var key = current.find(header.getKeyID());
    if (key == null) {
      throw new Unauthenticated("a token of an unknown key");
    }
    if (!key.algorithm().equals(header.getAlgorithm())) {
      throw new Unauthenticated("a token by another algorithm than its key is for");
    }
    if (header.getType() != null && !isToken(header.getType())) {
      throw new Unauthenticated("a signed thing that is no token");
    }
    try {
      if (!token.verify(key.verifier())) {
        throw new Unauthenticated("a token whose signature is not of its key");
      }
      return identity(token.getJWTClaimsSet());
    } catch (JOSEException | ParseException | IllegalArgumentException unusable) {
      throw new Unauthenticated("a token that is malformed: " + brief(unusable));
    }
  }

  private static boolean isToken(JOSEObjectType type) {
    return type.equals(JOSEObjectType.JWT) || "at+jwt".equalsIgnoreCase(type.getType());
  }

  private Identity identity(@Nullable JWTClaimsSet claims) throws ParseException {
    if (claims == null) {
      throw new Unauthenticated("a token without claims");
    }
    if (!issuer.equals(claims.getIssuer())) {
      throw new Unauthenticated("a token of another issuer");
    }
    if (!claims.getAudience().contains(audience)) {
      throw new Unauthenticated("a token for another audience");
    }
    var expires = lifetime(claims);
    var subject = claims.getSubject();
    if (subject == null || subject.isEmpty()) {
      throw new Unauthenticated("a token without a subject");
    }
    var principal = new Principal(subject, roles(claims), scopes(claims));
    return new Identity(principal, expires);
  }

  private Instant lifetime(JWTClaimsSet claims) {
    Instant now = time.wall().now();
    var expires = claims.getExpirationTime();
    if (expires == null) {
      throw new Unauthenticated("a token that never expires");
    }
    if (!now.isBefore(expires.toInstant())) {
      throw new Unauthenticated("a token that has expired");
    }
    var soon = now.plus(MeshLimits.TOKEN_LEEWAY);
    if (isAfter(claims.getNotBeforeTime(), soon) || isAfter(claims.getIssueTime(), soon)) {
      throw new Unauthenticated("a token that is not valid yet");
    }
    return expires.toInstant();
  }

  private static boolean isAfter(@Nullable Date date, Instant instant) {
    return date != null && date.toInstant().isAfter(instant);
  }

  private static Set<String> roles(JWTClaimsSet claims) throws ParseException {
    List<String> roles = claims.getStringListClaim("roles");
    return roles == null ? Set.of() : new HashSet<>(roles);
  }

  private static Set<String> scopes(JWTClaimsSet claims) throws ParseException {
    var scope = claims.getStringClaim("scope");
    return scope == null || scope.isEmpty() ? Set.of() : new HashSet<>(List.of(scope.split(" ")));
  }

  private static Future<Identity> refused(String how) {
    return Future.failedFuture(new Unauthenticated("a token " + how));
  }

  /** What a library says of a bad token may repeat the token. */
  private static String brief(Exception why) {
    var message = Objects.toString(why.getMessage(), why.getClass().getSimpleName());
    return message.length() > 100 ? message.substring(0, 100) : message;
  }
}
