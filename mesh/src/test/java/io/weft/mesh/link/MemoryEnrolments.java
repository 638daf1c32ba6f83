package io.weft.mesh.link;

import io.vertx.core.Future;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Enrolments of a hub without a database; they outlive its nodes, as those in one do. */
final class MemoryEnrolments implements Enrolments {
  private final Map<String, Enrolment> sites = new HashMap<>();
  private final Map<String, Long> terms = new HashMap<>();
  private @Nullable Throwable away;

  void enrol(SiteIdentity site) {
    enrol(site.name(), site.key().shown());
  }

  void enrol(String site, SitePublicKey key) {
    sites.put(site, new Enrolment(site, key, false));
  }

  void revoke(SiteIdentity site) {
    sites.put(site.name(), new Enrolment(site.name(), site.key().shown(), true));
  }

  /** Lets look-ups fail, or, with null, work again. */
  void away(@Nullable Throwable why) {
    away = why;
  }

  @Override
  public Future<Optional<Enrolment>> find(String site) {
    return away == null
        ? Future.succeededFuture(Optional.ofNullable(sites.get(site)))
        : Future.failedFuture(away);
  }

  @Override
  public Future<Long> claimTerm(String site, long term) {
    return away == null
        ? Future.succeededFuture(terms.merge(site, term, Math::max))
        : Future.failedFuture(away);
  }
}
