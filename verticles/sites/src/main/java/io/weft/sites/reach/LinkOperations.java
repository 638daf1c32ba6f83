package io.weft.sites.reach;

import io.vertx.core.Future;
import io.weft.mesh.Cancellation;
import io.weft.mesh.Deadline;
import io.weft.mesh.Operation;
import io.weft.mesh.Origin;
import io.weft.mesh.Payload;
import io.weft.mesh.Request;
import io.weft.mesh.Step;
import io.weft.mesh.TraceContext;
import io.weft.mesh.policy.Policy;
import io.weft.mesh.policy.PolicyDocument;
import io.weft.mesh.time.Time;
import io.weft.mesh.wire.JsonCodec;
import io.weft.sites.SitesLimits;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the two sites of a link ask each other of the link itself; no service serves it. */
public interface LinkOperations {
  /** Asks what the other site may call here, and somebody here serves at present. */
  Operation<AskOffers, Offers> OFFERS =
      Operation.query("link.offers", AskOffers.class, Offers.class);

  /**
   * Asks for the next page of a stream of a service's events. {@code event.position_gone} and
   * {@code event.position_unknown} as the stream has them.
   */
  Operation<EventsQuery, EventPage> EVENTS =
      Operation.query("link.events", JsonCodec.of(EventsQuery.class), EventPageCodec.INSTANCE);

  /**
   * Asks for the policies that the other site goes by, as its newest document has them. A release
   * that does not know this refuses it, and tells no digest of its policies in its heartbeats.
   */
  Operation<AskPolicies, PolicyDocument> POLICIES =
      Operation.query("link.policies", AskPolicies.class, PolicyDocument.class);

  /**
   * Asks the other site something of the link itself, in no call of anybody.
   *
   * @param calls the calls to the other site
   * @param node the node that asks
   */
  static <Q, R> Future<R> ask(
      Step calls, Time time, String node, Operation<Q, R> operation, Q request, Duration timeout) {
    return calls
        .take(
            new Request(
                operation.name(),
                operation.kind(),
                Payload.of(request, operation.request()),
                Deadline.after(time.ticker(), timeout),
                "",
                Origin.of(TraceContext.begin(time.rng()), node),
                null,
                Cancellation.NEVER,
                Policy.DEFAULT))
        .map(reply -> reply.payload().as(operation.reply()));
  }

  /** A request for the policies that the other site goes by. */
  record AskPolicies() {}

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
