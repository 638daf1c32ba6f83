package io.weft.sites.reach;

import io.vertx.core.Context;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.json.JsonObject;
import io.weft.mesh.MeshLimits;
import io.weft.mesh.Operation;
import io.weft.mesh.ServiceProvider.Host;
import io.weft.mesh.bus.BusMesh;
import io.weft.mesh.link.LinkCalls;
import io.weft.mesh.link.LinkSession;
import io.weft.mesh.time.Time;
import io.weft.mesh.time.Timers;
import io.weft.sites.SitesLimits;
import io.weft.sites.reach.LinkOperations.AskOffers;
import io.weft.sites.reach.LinkOperations.OfferedService;
import io.weft.sites.reach.LinkOperations.Offers;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What of another site answers at this one: for each service that is imported and offered there, an
 * instance that stands for it, from soon after the link is there until it has been cut for {@link
 * SitesLimits#CUT_MAX}.
 *
 * <p>Meanwhile calls to it fail as {@code NotSent}, so their callers go elsewhere, and afterwards
 * nobody picks it any more. What is offered is asked for again every {@link
 * SitesLimits#OFFERS_INTERVAL}. For one session, and for the link's event loop, on which everything
 * is called and it is created too.
 */
public final class Imports {
  private static final Logger LOG = LoggerFactory.getLogger(Imports.class);

  private final Host host;
  private final Time time;
  private final LinkCalls calls;
  private final LinkSession session;
  private final String other;
  private final Context home;
  private final Far far;
  private final Map<String, Imported> imported = new TreeMap<>();
  private Timers.Handle next = () -> {};
  private @Nullable Long cutNanos;
  private @Nullable Long askedNanos;
  private boolean asking;
  private boolean closed;

  /**
   * Creates what imports nothing before it is started.
   *
   * @param calls of the session
   * @param other the name of the site for which the instances stand
   * @param services those that are wanted here
   */
  public Imports(
      Host host, LinkCalls calls, LinkSession session, String other, Set<String> services) {
    this.host = host;
    this.calls = calls;
    this.session = session;
    this.other = other;
    time = host.time();
    home = host.vertx().getOrCreateContext();
    far = new Far((VertxInternal) host.vertx(), home, calls);
    services.forEach(service -> imported.put(service, new Imported()));
  }

  /** Begins to import. */
  public void start() {
    if (!imported.isEmpty()) {
      look();
    }
  }

  /**
   * Takes all back that stands for the other site.
   *
   * @return completes when it is undeployed, and has finished what it ran
   */
  public Future<Void> close() {
    closed = true;
    next.cancel();
    return Future.join(imported.values().stream().map(Imported::close).toList()).mapEmpty();
  }

  private void look() {
    if (closed) {
      return;
    }
    next = time.timers().after(SitesLimits.CUT_LOOK_INTERVAL, this::look);
    long now = time.ticker().nanos();
    if (session.connected()) {
      cutNanos = null;
      boolean due = askedNanos == null || now - askedNanos >= SitesLimits.OFFERS_INTERVAL.toNanos();
      if (due && !asking) {
        askedNanos = now;
        ask();
      }
    } else if (cutNanos == null) {
      cutNanos = now;
    } else if (now - cutNanos >= SitesLimits.CUT_MAX.toNanos()) {
      askedNanos = null; // At once, when it is back.
      imported.values().forEach(each -> each.want(null));
    }
  }

  private void ask() {
    asking = true;
    LinkOperations.ask(
            calls,
            time,
            host.mesh().node(),
            LinkOperations.OFFERS,
            new AskOffers(),
            SitesLimits.OFFERS_TIMEOUT)
        .onComplete(
            (offers, failure) -> {
              asking = false;
              if (failure == null) {
                offered(offers);
              } else {
                LOG.debug("{} does not say what it offers: {}", other, failure.getMessage());
              }
            });
  }

  private void offered(Offers offers) {
    if (closed || !session.connected()) {
      return; // It may have been on its way for long.
    }
    var wanted = new TreeMap<String, OfferedService>();
    offers.services().stream()
        .limit(SitesLimits.OFFERED_SERVICES_MAX)
        .filter(each -> each != null && each.service() != null)
        .filter(each -> imported.containsKey(each.service()))
        .forEach(each -> wanted.putIfAbsent(each.service(), believed(each)));
    imported.forEach((service, each) -> each.want(wanted.get(service)));
  }

  /** Returns what is taken for good of an offer: another site may say what it likes. */
  private static @Nullable OfferedService believed(OfferedService said) {
    var operations =
        said.operations().stream()
            .filter(operation -> isOf(said.service(), operation))
            .distinct()
            .sorted()
            .limit(SitesLimits.OFFERED_OPERATIONS_MAX)
            .toList();
    var version = said.version();
    boolean versioned =
        version != null
            && version.length() <= MeshLimits.NAME_MAX_BYTES
            && version.chars().allMatch(c -> c > ' ' && c <= '~');
    return operations.isEmpty()
        ? null
        : new OfferedService(said.service(), versioned ? version : "unknown", operations);
  }

  private static boolean isOf(String service, @Nullable String operation) {
    if (operation == null || !operation.startsWith(service + ".")) {
      return false;
    }
    try {
      return Operation.checkName(operation).equals(operation);
    } catch (IllegalArgumentException e) {
      LOG.debug("an operation is offered that can be none: {}", e.getMessage());
      return false;
    }
  }

  /** One service that is wanted here: deployed and undeployed, one after the other. */
  private final class Imported {
    private Future<Void> last = Future.succeededFuture();
    private Future<Void> leaving = Future.succeededFuture();
    private @Nullable OfferedService wanted;
    private @Nullable OfferedService shown;
    private @Nullable String deployment;

    void want(@Nullable OfferedService offered) {
      wanted = offered;
      last = last.transform(before -> step());
    }

    Future<Void> close() {
      want(null);
      return last.transform(done -> leaving);
    }

    private Future<Void> step() {
      var offer = wanted;
      if (offer == null ? shown == null : offer.equals(shown)) {
        return Future.succeededFuture();
      }
      var before = deployment;
      if (offer == null) {
        deployment = null;
        shown = null;
        leave(before);
        return Future.succeededFuture();
      }
      var options =
          new DeploymentOptions()
              .setConfig(
                  new JsonObject().put(BusMesh.SITE, other).put(BusMesh.VERSION, offer.version()));
      return host.vertx()
          .deployVerticle(new StandIn(host.mesh(), time, far, offer), options)
          .map(
              deployed -> {
                deployment = deployed;
                shown = offer;
                leave(before);
                LOG.info("{} of {} answers here: {}", offer.service(), other, offer.operations());
                return (Void) null;
              })
          .onFailure(e -> LOG.warn("nobody can stand for {} of {}", offer.service(), other, e));
    }

    /** Finishes what it runs, which may take as long as its calls; the next one need not wait. */
    private void leave(@Nullable String id) {
      if (id == null) {
        return;
      }
      var left =
          host.mesh()
              .withdraw(id)
              .eventually(() -> host.vertx().undeploy(id))
              .onFailure(e -> LOG.debug("{} is gone already: {}", id, e.getMessage()));
      leaving = Future.join(leaving, left).mapEmpty();
    }
  }
}
