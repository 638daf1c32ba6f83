package io.weft.sites.reach;

import io.weft.mesh.Operation;
import io.weft.mesh.wire.JsonCodec;
import io.weft.sites.SitesLimits;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the two sites of a link ask each other of the link itself; no service serves it. */
interface LinkOperations {
  /** Asks what the other site may call here, and somebody here serves at present. */
  Operation<AskOffers, Offers> OFFERS =
      Operation.query("link.offers", AskOffers.class, Offers.class);

  /**
   * Asks for the next page of a stream of a service's events. {@code event.position_gone} and
   * {@code event.position_unknown} as the stream has them.
   */
  Operation<EventsQuery, EventPage> EVENTS =
      Operation.query("link.events", JsonCodec.of(EventsQuery.class), EventPageCodec.INSTANCE);

  /** A request for what is offered. */
  record AskOffers() {}

  /**
   * What is offered.
   *
   * @param services at most {@link SitesLimits#OFFERED_SERVICES_MAX}
   */
  record Offers(List<OfferedService> services) {
    /** Takes absent services for none. */
    public Offers {
      services = services == null ? List.of() : List.copyOf(services);
    }
  }

  /**
   * What is offered of one service.
   *
   * @param service its name
   * @param version one of those that serve it
   * @param operations the names of its operations, sorted; that of its stream of events too
   */
  record OfferedService(String service, String version, List<String> operations) {
    /** Takes absent operations for none. */
    public OfferedService {
      operations = operations == null ? List.of() : List.copyOf(operations);
    }
  }

  /**
   * A request for a page of events.
   *
   * @param service whose events
   * @param reader a name that is given to one stream alone
   * @param page the number of the page in that stream, from 0
   * @param after the position that was seen last; null when none was, and only new ones are wanted
   * @param topics the names of topics; none for all
   * @param aggregate the only aggregate wanted; null for all
   * @param owner the only owner wanted; null for all
   * @param most how many events at most; 0 to say that the stream is not read any more
   * @param waitMillis how long to wait for the first one
   */
  record EventsQuery(
      String service,
      String reader,
      long page,
      @Nullable Long after,
      @Nullable List<String> topics,
      @Nullable String aggregate,
      @Nullable String owner,
      int most,
      long waitMillis) {}
}
