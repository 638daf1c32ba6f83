package io.weft.sites;

import io.vertx.core.Deployable;
import io.vertx.core.Future;
import io.weft.ledger.DataService;
import io.weft.ledger.Expiry;
import io.weft.mesh.telemetry.Measure;
import io.weft.sites.api.SiteLink;
import io.weft.sites.api.Sites;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/** The service sites, as nodes find it. */
public final class SitesProvider extends DataService {
  private static final String VERSION = "0.1.0";

  private final Seat seat = new Seat();
  private final AtomicInteger held = new AtomicInteger();

  /** Creates the provider; called by nodes. */
  public SitesProvider() {
    super(Sites.SERVICE, VERSION);
  }

  /** Returns how many links this node holds, cut or not. From any thread. */
  int linksHeld() {
    return held.get();
  }

  @Override
  protected Future<List<Measure>> measure(Host host, Data data) {
    var stores = SiteStores.of(data.database(), host.vertx(), host.time().wall());
    return new SiteDesk(host, SiteSettings.of(host.settings()), stores).links().map(this::measures);
  }

  private List<Measure> measures(List<SiteLink> links) {
    var all = new ArrayList<Measure>();
    all.add(
        new Measure(
            "weft_links_held", "Links to other sites that this node holds", Map.of(), held.get()));
    links.forEach(link -> all.addAll(LinkMeasures.of(link)));
    return all;
  }

  @Override
  protected Deployable instance(Host host, Data data) {
    var database = data.database();
    return new SitesVerticle(
        host,
        SiteSettings.of(host.settings()),
        SiteStores.of(database, host.vertx(), host.time().wall()),
        seat,
        held,
        new Expiry(
            "invitations",
            database,
            host.time(),
            InvitationStore::forget,
            SitesLimits.INVITATIONS_FORGOTTEN_PER_BATCH));
  }
}
