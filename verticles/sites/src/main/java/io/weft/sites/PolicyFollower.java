package io.weft.sites;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.weft.mesh.MeshLimits;
import io.weft.mesh.policy.PolicyDocument;
import io.weft.mesh.policy.PolicyException;
import io.weft.mesh.policy.SitePolicies;
import io.weft.mesh.time.Time;
import io.weft.sites.LinkReport.Heartbeat;
import io.weft.sites.api.FollowedPolicies;
import io.weft.sites.api.FollowedPolicies.State;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes the policies of the hub over at an edge that goes by them: whenever the hub tells of newer
 * ones than were taken, it is asked for them, and they become those of the site's next epoch.
 *
 * <p>Epochs of the two sites are two numberings. Which epoch of the hub's was taken is remembered
 * for all nodes of the site. Of the hub's documents the newest counts, as in a site (decision
 * 0071); one that cannot be read is refused, and those of before stay. What an operator changes at
 * the edge counts until the hub has a newer document. For one session, and for the link's event
 * loop.
 */
final class PolicyFollower {
  private static final Logger LOG = LoggerFactory.getLogger(PolicyFollower.class);

  private final Time time;
  private final SitePolicies policies;
  private final Supplier<Future<PolicyDocument>> hub;
  private final Memory memory;
  private final Executor loop;
  private @Nullable FollowedPolicies known;
  private @Nullable FollowedPolicies written;
  private @Nullable PolicyDocument refused;
  private boolean busy;

  /** Where a site remembers what it has taken over. */
  interface Memory {
    /** Reads it; empty when nothing is known. */
    Future<Optional<FollowedPolicies>> read();

    /** Writes it down, unless a newer document was taken over by then. */
    Future<Void> write(FollowedPolicies now);

    /** Forgets it, as the site goes by policies of its own. */
    Future<Void> forget();
  }

  /**
   * Creates what follows a hub that was not heard of yet.
   *
   * @param policies those of this site
   * @param hub asks the hub for its present document; completes on the link's event loop
   * @param loop runs tasks on the link's event loop
   */
  PolicyFollower(
      Time time,
      SitePolicies policies,
      Supplier<Future<PolicyDocument>> hub,
      Memory memory,
      Executor loop) {
    this.time = time;
    this.policies = policies;
    this.hub = hub;
    this.memory = memory;
    this.loop = loop;
  }

  /**
   * Returns how far this site goes by the hub's policies, for the hub; null before that is read.
   */
  @Nullable FollowedPolicies known() {
    return known;
  }

  /** Takes note of what the hub has said of itself just now. */
  void heard(Heartbeat said) {
    if (busy) {
      return; // It says so again.
    }
    busy = true;
    recall()
        .compose(before -> look(said, before))
        .onComplete(
            (done, failure) -> {
              busy = false;
              if (failure != null) {
                LOG.debug("what of the hub's policies counts is not known: {}", failure.toString());
              }
            });
  }

  private Future<FollowedPolicies> recall() {
    var present = known;
    return present != null
        ? Future.succeededFuture(present)
        : memory
            .read()
            .map(
                found -> {
                  written = found.orElse(null);
                  var recalled = found.orElse(FollowedPolicies.UNHEARD);
                  known = recalled;
                  return recalled;
                });
  }

  private Future<Void> look(Heartbeat said, FollowedPolicies before) {
    long epoch = said.policyEpoch();
    var digest = said.policyDigest();
    if (digest == null) {
      return note(
          State.BEHIND,
          epoch,
          before,
          "the hub runs release " + said.version() + ", which hands out no policies");
    }
    var here = policies.current();
    boolean same = epoch == before.takenEpoch() && digest.equals(before.takenDigest());
    boolean newer = PolicyDocument.newer(epoch, digest, before.takenEpoch(), before.takenDigest());
    if (!same && !newer) {
      return note(
          State.AHEAD,
          epoch,
          before,
          "the hub is at epoch %d, and epoch %d of it was taken over already: it was restored, say"
              .formatted(epoch, before.takenEpoch()));
    }
    if (same && (epoch == 0 || here.digest().equals(digest))) {
      return note(State.CURRENT, epoch, before, null);
    }
    if (same && changedHere(here)) {
      return note(
          State.CHANGED,
          epoch,
          before,
          "epoch %d of this site was %s at %s, which counts until the hub has newer policies"
              .formatted(here.epoch(), here.how(), here.by()));
    }
    var unreadable = refused;
    if (unreadable != null && unreadable.epoch() == epoch && unreadable.digest().equals(digest)) {
      return Future.succeededFuture();
    }
    return take(epoch, before, here);
  }

  /** A node that has lost what it kept begins with its file, which is no word of an operator. */
  private static boolean changedHere(PolicyDocument here) {
    return here.how().equals(PolicyDocument.APPLIED)
        || here.how().equals(PolicyDocument.ROLLED_BACK);
  }

  private Future<Void> take(long epoch, FollowedPolicies before, PolicyDocument here) {
    return hub.get()
        .map(PolicyFollower::checked)
        .compose(told -> adopt(told, before, here))
        .recover(
            e ->
                note(
                    State.BEHIND,
                    epoch,
                    before,
                    "the policies of the hub could not be taken over: " + e.getMessage()));
  }

  private Future<Void> adopt(PolicyDocument told, FollowedPolicies before, PolicyDocument here) {
    return onLoop(policies.adopt(told.text(), here.epoch()))
        .compose(
            adopted -> {
              LOG.info(
                  "epoch {} of the hub's policies counts here, as epoch {}",
                  told.epoch(),
                  adopted.epoch());
              refused = null;
              return note(
                  new FollowedPolicies(
                      State.CURRENT, told.epoch(), told.epoch(), told.digest(), null, null));
            })
        .recover(
            e -> {
              if (!(e instanceof PolicyException why) || why.isConflict()) {
                return Future.failedFuture(e);
              }
              refused = told;
              LOG.error(
                  "epoch {} of the hub's policies is not taken over: {}",
                  told.epoch(),
                  why.getMessage());
              return note(
                  State.REFUSED,
                  told.epoch(),
                  before,
                  "epoch " + told.epoch() + " of the hub: " + why.getMessage());
            });
  }

  /** Another site may answer what it likes. */
  private static PolicyDocument checked(PolicyDocument told) {
    if (told.epoch() < 1 || told.text() == null) {
      throw PolicyException.invalid(
          List.of(
              "epoch "
                  + told.epoch()
                  + " without a text (expected: an epoch from 1, and its text)"));
    }
    return told;
  }

  private Future<Void> note(
      State state, long hubEpoch, FollowedPolicies before, @Nullable String why) {
    return note(
        new FollowedPolicies(
            state,
            hubEpoch,
            before.takenEpoch(),
            before.takenDigest(),
            state == State.CURRENT ? null : since(before),
            why == null ? null : told(why)));
  }

  /** What it says may quote the hub's document, and the hub believes no control characters. */
  private static String told(String why) {
    var shown = LinkReport.UNSHOWN.matcher(why).replaceAll("?");
    return shown.substring(0, Math.min(shown.length(), MeshLimits.COMPLAINT_MAX_CHARS));
  }

  private Instant since(FollowedPolicies before) {
    return Objects.requireNonNullElseGet(before.since(), time.wall()::now);
  }

  private Future<Void> note(FollowedPolicies now) {
    known = now;
    return now.equals(written)
        ? Future.succeededFuture()
        : memory.write(now).onSuccess(done -> written = now);
  }

  private <T> Future<T> onLoop(Future<T> elsewhere) {
    Promise<T> here = Promise.promise();
    elsewhere.onComplete(
        (value, failure) ->
            loop.execute(
                () -> {
                  if (failure == null) {
                    here.complete(value);
                  } else {
                    here.fail(failure);
                  }
                }));
    return here.future();
  }
}
