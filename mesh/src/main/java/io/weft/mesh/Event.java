package io.weft.mesh;

import io.vertx.core.buffer.Buffer;
import io.weft.mesh.wire.EventCodec;
import io.weft.mesh.wire.JsonCodec;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One event of a service's log: something that has happened, and will not change.
 *
 * <p>Events of one aggregate are in the log in the order in which they happened.
 *
 * @param position the place in the log, from 1, without gaps
 * @param topic the name of its {@link Topic}
 * @param aggregate the id of what it happened to: an order, a user
 * @param owner the id of the user whom it concerns
 * @param at when it happened, by the clock of the database
 * @param body JSON, passed through as it is
 * @param trace where it stands in a trace, as a {@code traceparent}; null for nowhere
 */
public record Event(
    long position,
    String topic,
    String aggregate,
    String owner,
    Instant at,
    Buffer body,
    @Nullable String trace) {

  /** Creates an event that stands in no trace. */
  public Event(
      long position, String topic, String aggregate, String owner, Instant at, Buffer body) {
    this(position, topic, aggregate, owner, at, body, null);
  }

  /** Returns this event as those outside of the mesh see it. */
  public Event withoutTrace() {
    return trace == null ? this : new Event(position, topic, aggregate, owner, at, body);
  }

  /** Returns the stream operation by which a service lets its events be read. */
  public static StreamOperation<EventQuery, Event> streamOf(String service) {
    return new StreamOperation<>(
        service + ".events", JsonCodec.of(EventQuery.class), EventCodec.INSTANCE);
  }

  /**
   * Returns the body as a value.
   *
   * @throws IllegalArgumentException if the event is of another topic
   * @throws MeshFailure.Application {@code request.invalid} if the body is not one of the topic
   */
  public <E> E as(Topic<E> of) {
    if (!topic.equals(of.name())) {
      throw new IllegalArgumentException(
          "event " + position + " is of " + topic + " (expected: " + of.name() + ")");
    }
    return of.codec().decode(body);
  }
}
