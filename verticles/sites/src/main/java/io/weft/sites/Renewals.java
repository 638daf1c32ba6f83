package io.weft.sites;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.weft.mesh.MeshFailure.Application;
import io.weft.mesh.MeshFailure.Rejected;
import io.weft.mesh.MeshLimits;
import io.weft.mesh.Operation;
import io.weft.mesh.Operation.Kind;
import io.weft.mesh.Payload;
import io.weft.mesh.Reply;
import io.weft.mesh.Request;
import io.weft.mesh.Step;
import io.weft.mesh.link.KeyRenewal;
import io.weft.mesh.link.SitePublicKey;
import java.time.Duration;
import java.util.Base64;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The hub's part when a site renews its key over its link; all else that the site asks goes on.
 *
 * <p>The link was made by the key before, and whoever asks shows that it has the next one. From the
 * moment of the answer on the one before is refused. For one session, and for the link's event
 * loop.
 */
final class Renewals implements Step {
  /** Asks to be known by another key. */
  static final Operation<NextKey, KnownKey> RENEW =
      Operation.command("link.renew", NextKey.class, KnownKey.class);

  private static final Logger LOG = LoggerFactory.getLogger(Renewals.class);

  private final EnrolmentStore enrolments;
  private final String site;
  private final UUID session;
  private final Supplier<SitePublicKey> provedBy;
  private final Step rest;
  private boolean renewing;

  /**
   * A request to be known by another key.
   *
   * @param key as {@link SitePublicKey#text}
   * @param proof of {@link KeyRenewal}, in Base64 for URLs without padding
   */
  record NextKey(@Nullable String key, @Nullable String proof) {}

  /**
   * The key that the site is known by from now on.
   *
   * @param key as {@link SitePublicKey#text}
   */
  record KnownKey(String key) {}

  /**
   * Creates what takes the requests of a session.
   *
   * @param site the name that the other side has proved
   * @param provedBy the key that it has proved it by when it came last
   * @param rest takes all other requests
   */
  Renewals(
      EnrolmentStore enrolments,
      String site,
      UUID session,
      Supplier<SitePublicKey> provedBy,
      Step rest) {
    this.enrolments = enrolments;
    this.site = site;
    this.session = session;
    this.provedBy = provedBy;
    this.rest = rest;
  }

  @Override
  public Future<Reply> take(Request request) {
    if (!request.operation().equals(RENEW.name())) {
      return rest.take(request);
    }
    SitePublicKey next;
    try {
      next = proved(request);
    } catch (Application e) {
      return Future.failedFuture(e);
    }
    if (renewing) {
      return Future.failedFuture(
          new Rejected(
              Rejected.Reason.OVERLOADED,
              site + " renews its key already (limit: 1 at a time)",
              MeshLimits.RETRY_AFTER));
    }
    renewing = true;
    return enrolments
        .renew(site, provedBy.get(), next)
        .onComplete(done -> renewing = false)
        .compose(
            known -> {
              if (!known) {
                return Future.failedFuture(
                    new Rejected(
                        Rejected.Reason.FORBIDDEN,
                        site + " goes by another key by now (expected: a link by that one)",
                        Duration.ZERO));
              }
              LOG.info("{} has the key {} from now on", site, next.fingerprint());
              var answer = new KnownKey(next.text());
              return Future.succeededFuture(new Reply(Payload.of(answer, RENEW.reply()), false));
            });
  }

  private SitePublicKey proved(Request request) {
    if (request.kind() != Kind.COMMAND) {
      throw new Application("request.invalid", RENEW.name() + " is a command");
    }
    var asked = request.payload().as(RENEW.request());
    SitePublicKey next;
    byte[] proof;
    try {
      next = SitePublicKey.of(asked.key() == null ? "" : asked.key());
      proof = Base64.getUrlDecoder().decode(asked.proof() == null ? "" : asked.proof());
    } catch (IllegalArgumentException e) {
      throw new Application("request.invalid", "no key, or no proof: " + e.getMessage(), "/key");
    }
    if (!KeyRenewal.proves(next, session, Buffer.buffer(proof))) {
      throw new Application(
          "request.invalid",
          "no proof that the site has the key " + next.fingerprint() + " (expected: one)",
          "/proof");
    }
    return next;
  }
}
