package io.weft.sites.reach;

import io.vertx.core.Future;
import io.weft.ledger.PulledEvents;
import io.weft.mesh.Cancellation;
import io.weft.mesh.Deadline;
import io.weft.mesh.EventQuery;
import io.weft.mesh.MeshFailure;
import io.weft.mesh.MeshFailure.Unknown;
import io.weft.mesh.Operation;
import io.weft.mesh.Origin;
import io.weft.mesh.Payload;
import io.weft.mesh.Request;
import io.weft.mesh.Step;
import io.weft.mesh.policy.Policy;
import io.weft.mesh.time.Time;
import io.weft.sites.SitesLimits;
import io.weft.sites.reach.LinkOperations.EventsQuery;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A stream of events of the other site, read page by page over the link: the next one is asked for
 * once the last one was read.
 *
 * <p>It fails with the first page that cannot be had, and its reader opens another one behind what
 * it has seen. For the context on which it was opened.
 */
final class FarEvents extends PulledEvents {
  private static final Logger LOG = LoggerFactory.getLogger(FarEvents.class);

  private final Step far;
  private final Time time;
  private final Origin origin;
  private final String service;
  private final String reader;
  private final EventQuery query;
  private @Nullable Long after;
  private long page;

  /**
   * Creates a stream that is not open yet.
   *
   * @param far the calls to the other site, from this context
   * @param origin of the call by which it is opened
   */
  FarEvents(Step far, Time time, Origin origin, String service, EventQuery query) {
    this.far = far;
    this.time = time;
    this.origin = origin;
    this.service = service;
    this.query = query;
    reader = time.rng().uuid().toString();
    after = query.after();
  }

  /**
   * Opens the stream there.
   *
   * @return fails as the other site does, such as with {@code event.position_gone}
   */
  Future<FarEvents> open() {
    return ask(SitesLimits.EVENTS_PAGE_MAX, Duration.ZERO)
        .map(
            first -> {
              take(first);
              return this;
            });
  }

  private Future<EventPage> ask(int most, Duration wait) {
    var topics = query.topics().isEmpty() ? null : query.topics();
    var asks =
        new EventsQuery(
            service,
            reader,
            page,
            after,
            topics,
            query.aggregate(),
            query.owner(),
            most,
            wait.toMillis());
    return far.take(
            new Request(
                LinkOperations.EVENTS.name(),
                Operation.Kind.QUERY,
                Payload.of(asks, LinkOperations.EVENTS.request()),
                Deadline.after(time.ticker(), wait.plus(SitesLimits.EVENTS_TIMEOUT)),
                "",
                origin,
                null,
                Cancellation.NEVER,
                Policy.DEFAULT))
        .map(reply -> checked(most, reply.payload().as(LinkOperations.EVENTS.reply())));
  }

  /** Another site may answer what it likes; what is wrong must not pass for events. */
  private EventPage checked(int most, EventPage told) {
    long last = after == null ? 0 : after;
    for (var event : told.events()) {
      if (event.position() <= last || !event.topic().startsWith(service + ".")) {
        throw new Unknown(
            "event %d of %s after %d of %s (expected: events of it in their order)"
                .formatted(event.position(), event.topic(), last, service));
      }
      last = event.position();
    }
    if (told.events().size() > most) {
      throw new Unknown(told.events().size() + " events in a page (limit: " + most + ")");
    }
    return told;
  }

  private void take(EventPage told) {
    page++;
    if (!told.events().isEmpty()) {
      after = told.events().get(told.events().size() - 1).position();
    }
    given(told.events());
  }

  @Override
  protected void more() {
    ask(SitesLimits.EVENTS_PAGE_MAX, SitesLimits.EVENTS_WAIT_MAX)
        .onSuccess(this::take)
        .onFailure(
            why ->
                failed(
                    why instanceof MeshFailure ? why : new Unknown("no page of events: " + why)));
  }

  @Override
  protected void leave() {
    ask(0, Duration.ZERO)
        .onFailure(e -> LOG.debug("stream {} is not closed: {}", reader, e.getMessage()));
  }
}
