package io.weft.ledger;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Transaction;
import io.vertx.sqlclient.Tuple;
import io.weft.mesh.Call;
import io.weft.mesh.MeshFailure;
import io.weft.mesh.MeshLimits;
import io.weft.mesh.Topic;
import io.weft.mesh.TraceContext;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The events of a service on their way out: written in the transaction of their effect, so that
 * there is an event if and only if there is the effect.
 *
 * <p>One per service and node. Safe for use from any thread.
 */
public final class Outbox {
  private static final String INSERT =
      "insert into outbox (topic, aggregate, owner, body, trace) values ($1, $2, $3, $4, $5)";

  private final String service;
  private final Set<String> topics;
  private final Runnable wake;

  /**
   * Creates the outbox of a service.
   *
   * @param topics what the service may tell of
   * @param wake called when events have been committed, on the context of their transaction
   */
  public Outbox(String service, List<Topic<?>> topics, Runnable wake) {
    this.service = service;
    this.topics = topics.stream().map(Topic::name).collect(Collectors.toUnmodifiableSet());
    this.wake = wake;
    for (Topic<?> topic : topics) {
      if (!topic.service().equals(service)) {
        throw new IllegalArgumentException(
            "topic: " + topic.name() + " (expected: one of the service " + service + ")");
      }
    }
  }

  /**
   * Adds an event to a transaction; in a trace it stands where the call stands that is served.
   *
   * <p>To be called after the statement that changes or locks the row of the aggregate: then events
   * of one aggregate are in the log in the order in which their effects came about. It need not be
   * waited for before the next statement is sent, only before the commit.
   *
   * @param tx the connection of a transaction that is under way
   * @param topic one of those that the service declares
   * @param aggregate the id of what it happened to, of at most {@link
   *     MeshLimits#EVENT_ID_MAX_CHARS}
   * @param owner the id of the user whom it concerns, as long as that
   * @return fails with {@code event.too_large} when the body is over {@link
   *     MeshLimits#EVENT_BODY_MAX_BYTES}
   * @throws IllegalArgumentException for a topic that the service does not declare, or a longer id
   * @throws IllegalStateException outside a transaction
   */
  public <E> Future<Void> add(
      SqlConnection tx, Topic<E> topic, String aggregate, String owner, E event) {
    Transaction transaction = tx.transaction();
    if (transaction == null) {
      throw new IllegalStateException(
          topic.name() + " outside a transaction (expected: the one of its effect)");
    }
    Tuple row;
    try {
      var trace = Call.current().map(Call::served).orElse(TraceContext.NONE);
      row = row(topic, aggregate, owner, event, trace);
    } catch (MeshFailure tooLarge) {
      return Future.failedFuture(tooLarge);
    }
    transaction.completion().onSuccess(committed -> wake.run());
    return tx.preparedQuery(INSERT).execute(row).mapEmpty();
  }

  /**
   * Returns the values of an event for a single statement that is a transaction by itself, and
   * writes to {@code outbox} along with its effect: topic, aggregate, owner, body and trace. Once
   * that has succeeded, {@link #written} is to be called.
   *
   * @param trace where what has happened stands in a trace
   * @throws MeshFailure.Application and the others, as {@link #add} fails
   */
  public <E> Tuple row(
      Topic<E> topic, String aggregate, String owner, E event, TraceContext trace) {
    if (!topics.contains(topic.name())) {
      throw new IllegalArgumentException(
          "topic: "
              + topic.name()
              + " (expected: one that "
              + service
              + " declares: "
              + topics
              + ")");
    }
    checkId("aggregate", aggregate);
    checkId("owner", owner);
    Buffer body = topic.codec().encode(event);
    if (body.length() > MeshLimits.EVENT_BODY_MAX_BYTES) {
      throw tooLarge(topic, body);
    }
    return Tuple.of(
        topic.name(), aggregate, owner, body, trace.present() ? trace.traceparent() : null);
  }

  /** Says that events were written by statements that have committed. */
  public void written() {
    wake.run();
  }

  /** Reads the position of the last event in the log; what waits in the outbox comes after it. */
  public static Future<Long> end(SqlConnection connection) {
    return connection
        .query("select position from events_end")
        .execute()
        .map(rows -> rows.iterator().next().getLong("position"));
  }

  private static void checkId(String name, String id) {
    if (id.length() > MeshLimits.EVENT_ID_MAX_CHARS) {
      throw new IllegalArgumentException(
          name
              + " of "
              + id.length()
              + " characters (limit: "
              + MeshLimits.EVENT_ID_MAX_CHARS
              + ")");
    }
  }

  private static MeshFailure tooLarge(Topic<?> topic, Buffer body) {
    return new MeshFailure.Application(
        "event.too_large",
        "event %s of %,d bytes (limit: %,d)"
            .formatted(topic.name(), body.length(), MeshLimits.EVENT_BODY_MAX_BYTES));
  }
}
