package io.weft.sites;

import io.weft.mesh.MeshFailure;
import io.weft.mesh.link.HubAddress;
import io.weft.mesh.link.LinkException;

/** How the operations of sites fail. */
final class SiteFailures {
  private SiteFailures() {}

  static MeshFailure.Application invalid(String pointer, String message) {
    return new MeshFailure.Application("site.invalid", message, pointer);
  }

  static MeshFailure.Application notFound(String site) {
    return new MeshFailure.Application(
        "site.not_found", "no site " + site + " was enrolled or invited (see weft sites)");
  }

  static MeshFailure.Application tooMany() {
    return new MeshFailure.Application(
        "site.too_many",
        "this hub has " + SitesLimits.SITES_MAX + " sites (limit), those that were revoked too");
  }

  static MeshFailure.Application hasHub(SiteSettings settings) {
    return new MeshFailure.Application(
        "site.has_hub",
        settings.self()
            + " has a hub itself (sites.hub), and others cannot link to it (expected: the hub)");
  }

  static MeshFailure.Application noHub(SiteSettings settings) {
    return new MeshFailure.Application(
        "site.no_hub",
        settings.self()
            + " has no hub (expected: sites.hub, as scripts/start.sh --link HOST:PORT sets it)");
  }

  static MeshFailure refused(Throwable why, HubAddress by) {
    if (why instanceof MeshFailure known) {
      return known;
    }
    var reason = why instanceof LinkException e ? e.reason() + ": " : "";
    return new MeshFailure.Application(
        "site.join_refused",
        "not joined by %s:%d %s TLS (%s%s)"
            .formatted(
                by.host(), by.port(), by.tls() ? "with" : "without", reason, why.getMessage()));
  }
}
