package io.weft.sites;

import io.vertx.core.Future;
import io.weft.mesh.Cancellation;
import io.weft.mesh.Deadline;
import io.weft.mesh.MeshFailure.Application;
import io.weft.mesh.MeshFailure.Rejected;
import io.weft.mesh.Origin;
import io.weft.mesh.Payload;
import io.weft.mesh.Request;
import io.weft.mesh.TraceContext;
import io.weft.mesh.link.EdgeLink;
import io.weft.mesh.link.KeyRenewal;
import io.weft.mesh.link.LinkReason;
import io.weft.mesh.link.LinkState;
import io.weft.mesh.link.SiteKey;
import io.weft.mesh.policy.Policy;
import io.weft.mesh.time.Time;
import io.weft.mesh.time.Timers;
import io.weft.sites.IdentityStore.Keys;
import io.weft.sites.Renewals.NextKey;
import java.time.Duration;
import java.util.Base64;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The keys of an edge while this node holds its link: by which of them it proves who the site is,
 * and how the next one takes the place of the present one.
 *
 * <p>The next key is written down before the hub hears of it, and the one before is kept. So
 * whatever is lost on the way, and whichever of the two databases is set back a little, one of the
 * three is the one that the hub knows: when it refuses one, the others are tried in turn. For one
 * link, and its event loop.
 */
final class EdgeKeys {
  private static final Logger LOG = LoggerFactory.getLogger(EdgeKeys.class);

  private final Time time;
  private final String node;
  private final IdentityStore store;
  private final EdgeLink link;
  private Keys keys;
  private @Nullable SiteSession session;
  private Timers.Handle next = () -> {};
  private @Nullable Long refusedNanos;
  private boolean looking;
  private boolean stopped;

  /**
   * Creates what does nothing before it is started.
   *
   * @param node the name of this one
   * @param keys those that the link was made with: it goes by the present one
   */
  EdgeKeys(Time time, String node, IdentityStore store, EdgeLink link, Keys keys) {
    this.time = time;
    this.node = node;
    this.store = store;
    this.link = link;
    this.keys = keys;
  }

  /** Begins to look whether there is a next key. */
  void start() {
    next = time.timers().after(SitesLimits.KEY_LOOK_INTERVAL, this::look);
  }

  void stop() {
    stopped = true;
    next.cancel();
  }

  /** Hears of the session over which the hub can be asked. */
  void began(SiteSession begun) {
    session = begun;
  }

  /** Hears what became of the link: when the hub does not know one key it may know another. */
  void became(LinkState state) {
    var why = state.why();
    if (state.phase() != LinkState.Phase.WAITING
        || why == null
        || why.reason() != LinkReason.NOT_ENROLLED) {
      return;
    }
    store
        .keys()
        .onSuccess(this::tryNext)
        .onFailure(e -> LOG.debug("the keys cannot be read: {}", e.getMessage()));
  }

  private void tryNext(Keys now) {
    keys = now;
    var all = now.all();
    var refused = link.provedBy();
    int at = all.stream().map(SiteKey::shown).toList().indexOf(refused);
    var other = all.get((at + 1) % all.size());
    var phase = link.state().phase();
    boolean isTrying = phase == LinkState.Phase.WAITING || phase == LinkState.Phase.CONNECTING;
    if (!stopped && isTrying && !other.shown().equals(refused)) {
      LOG.info(
          "the hub does not know the key {}, and is shown {} next",
          refused.fingerprint(),
          other.shown().fingerprint());
      link.prove(other);
    }
  }

  private void look() {
    next = time.timers().after(SitesLimits.KEY_LOOK_INTERVAL, this::look);
    var present = session;
    if (looking || present == null || !present.session().connected()) {
      return;
    }
    looking = true;
    store
        .keys()
        .compose(now -> stopped ? Future.succeededFuture() : renew(present, now))
        .onComplete(
            (done, failure) -> {
              looking = false;
              if (failure != null) {
                LOG.debug("the key is not renewed now: {}", failure.getMessage());
              }
            });
  }

  private Future<Void> renew(SiteSession over, Keys now) {
    keys = now;
    var wanted = now.next() == null ? now.present() : now.next();
    if (wanted.shown().equals(link.provedBy())) {
      if (now.next() != null) {
        return promote(wanted); // The hub knew it already, and its answer was lost.
      }
      return now.isOld() ? store.prepare().mapEmpty() : Future.succeededFuture();
    }
    if (refusedLately()) {
      return Future.succeededFuture();
    }
    return ask(over, wanted)
        .compose(known -> now.next() == null ? Future.succeededFuture() : promote(wanted))
        .onSuccess(
            known -> {
              if (!stopped) {
                link.prove(wanted);
              }
            });
  }

  private Future<Void> ask(SiteSession over, SiteKey wanted) {
    var proof = KeyRenewal.proof(wanted, over.session().id());
    var asks =
        new NextKey(
            wanted.shown().text(),
            Base64.getUrlEncoder().withoutPadding().encodeToString(proof.getBytes()));
    return over.calls()
        .take(
            new Request(
                Renewals.RENEW.name(),
                Renewals.RENEW.kind(),
                Payload.of(asks, Renewals.RENEW.request()),
                Deadline.after(time.ticker(), SitesLimits.KEY_TIMEOUT),
                wanted.shown().fingerprint(),
                Origin.of(TraceContext.begin(time.rng()), node),
                null,
                Cancellation.NEVER,
                Policy.DEFAULT))
        .onFailure(this::refused)
        .mapEmpty();
  }

  private void refused(Throwable why) {
    boolean isRefusal =
        why instanceof Application
            || (why instanceof Rejected rejected && rejected.reason() == Rejected.Reason.FORBIDDEN);
    if (isRefusal) {
      refusedNanos = time.ticker().nanos();
      LOG.warn(
          "the hub does not renew the key of this site, it goes by the present one: {}; a hub of a"
              + " release that does not renew keys answers so; asked again in {} min",
          why.getMessage(),
          SitesLimits.KEY_RETRY.toMinutes());
    }
  }

  private boolean refusedLately() {
    return refusedNanos != null
        && Duration.ofNanos(time.ticker().nanos() - refusedNanos).compareTo(SitesLimits.KEY_RETRY)
            < 0;
  }

  private Future<Void> promote(SiteKey known) {
    return store
        .promote(known.shown())
        .onSuccess(
            done -> {
              keys = new Keys(known, null, keys.present(), false);
              LOG.info("this site goes by the key {} at its hub", known.shown().fingerprint());
            });
  }
}
