package io.weft.ledger;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import io.weft.mesh.Call;
import io.weft.mesh.MeshFailure;
import io.weft.mesh.wire.JsonCodec;
import java.time.Duration;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The answers that a service has given to commands, kept by key in the service's own schema.
 *
 * <p>A command's key is written in the transaction of its effect, so that there is one effect
 * however often the command arrives. A command that is done in one transaction needs only {@link
 * #once}. A command of several steps calls {@link #begin} in the first and {@link #complete} in the
 * last. Every method takes the connection of the transaction that it is to be part of.
 */
public final class Inbox {
  /**
   * What {@link #begin} does, for a statement that does more: parameters 1 to 4 are scope, key,
   * fingerprint and subject, and there is a row if the key is taken now.
   */
  public static final String TAKE =
      """
      insert into inbox (scope, key, fingerprint, subject) values ($1, $2, $3, $4)
      on conflict do nothing returning key
      """;

  private static final String LOCK_NOT_AVAILABLE = "55P03";
  private static final String IN_PROGRESS = "key.in_progress";

  private Inbox() {}

  /** What is known of a command when it arrives. */
  public sealed interface Arrival {
    /** It was never seen, and its key is taken now. */
    record Fresh() implements Arrival {}

    /** It is on its way, and has not been answered. */
    record Running(@Nullable String subject) implements Arrival {}

    /** It was answered. */
    record Answered(Buffer response) implements Arrival {}

    /** Its key was used for another request. */
    record Reused() implements Arrival {}
  }

  /**
   * Does a command that is one transaction, and gives its first answer to every repetition.
   *
   * <p>As {@link #once}, but a repetition waits for the first as long as its call has time: the
   * first may be the attempt of a node that died, whose transaction the server has yet to end.
   *
   * @param effect what to do, on the connection of the transaction
   */
  public static <R> Future<R> perform(
      Database database,
      Command command,
      Class<R> reply,
      Function<SqlConnection, Future<R>> effect) {
    return database
        .<R>withTransaction(
            connection -> once(connection, command, reply, () -> effect.apply(connection)))
        .recover(
            failure ->
                isInProgress(failure) && timeToWait()
                    ? perform(database, command, reply, effect)
                        .recover(
                            again ->
                                Future.failedFuture(
                                    again instanceof MeshFailure.Rejected ? failure : again))
                    : Future.failedFuture(failure));
  }

  private static boolean isInProgress(Throwable failure) {
    return failure instanceof MeshFailure.Application refusal && refusal.code().equals(IN_PROGRESS);
  }

  private static boolean timeToWait() {
    return Call.current()
        .map(call -> call.deadline().remaining().compareTo(LedgerLimits.KEY_WAIT_MIN) > 0)
        .orElse(false);
  }

  /**
   * Does the effect of a command once, and gives its first answer to every repetition.
   *
   * <p>A repetition that arrives while the first is at work waits for it. An effect that fails
   * leaves nothing behind: its repetition is as good as a first. A repeated answer is marked as
   * such on the call being served.
   *
   * @param reply the type of the effect's answer
   * @param effect what to do, on the same connection
   * @return fails with {@code key.reused} when the key was used for another request, and with
   *     {@code key.in_progress} when the first is still at work after {@link
   *     LedgerLimits#LOCK_TIMEOUT}
   */
  public static <R> Future<R> once(
      SqlConnection connection, Command command, Class<R> reply, Supplier<Future<R>> effect) {
    return begin(connection, command, null)
        .compose(
            arrival -> {
              if (arrival instanceof Arrival.Answered answered) {
                Call.current().ifPresent(Call::markReplayed);
                return Future.succeededFuture(JsonCodec.decodeLenient(answered.response(), reply));
              }
              if (arrival instanceof Arrival.Running) {
                return Future.failedFuture(inProgress());
              }
              if (arrival instanceof Arrival.Reused) {
                return Future.failedFuture(
                    new MeshFailure.Application(
                        "key.reused",
                        "the idempotency key was used for another request (expected: a key of its"
                            + " own for each request)"));
              }
              return effect
                  .get()
                  .compose(
                      answer ->
                          complete(
                                  connection,
                                  command.scope(),
                                  command.key(),
                                  JsonCodec.encode(answer))
                              .map(done -> answer));
            });
  }

  /**
   * Takes the key of a command, or tells what became of the command that had it before.
   *
   * @param subject what the command works on, for {@link Arrival.Running}
   */
  public static Future<Arrival> begin(
      SqlConnection connection, Command command, @Nullable String subject) {
    return connection
        .preparedQuery(TAKE)
        .execute(Tuple.of(command.scope(), command.key(), command.fingerprint(), subject))
        .recover(Inbox::lockFailed)
        .compose(
            rows ->
                rows.rowCount() == 1
                    ? Future.succeededFuture(new Arrival.Fresh())
                    : taken(connection, command));
  }

  /** Tells what became of the command that took a key before. */
  public static Future<Arrival> taken(SqlConnection connection, Command command) {
    return find(connection, command).map(found -> found instanceof Arrival.Fresh ? gone() : found);
  }

  /** Tells what is known of a command without taking its key. */
  public static Future<Arrival> find(SqlConnection connection, Command command) {
    return connection
        .preparedQuery(
            "select fingerprint, subject, response from inbox where scope = $1 and key = $2")
        .execute(Tuple.of(command.scope(), command.key()))
        .map(rows -> rows.size() == 0 ? new Arrival.Fresh() : arrival(rows, command));
  }

  /** Stores the answer to a command whose key was taken by {@link #begin}. */
  public static Future<Void> complete(
      SqlConnection connection, String scope, String key, Buffer response) {
    return connection
        .preparedQuery("update inbox set response = $3 where scope = $1 and key = $2")
        .execute(Tuple.of(scope, key, response))
        .mapEmpty();
  }

  /**
   * Forgets answers past an age, in one bounded batch; commands on their way are kept.
   *
   * @return how many were forgotten; {@link LedgerLimits#INBOX_EXPIRED_PER_BATCH} when there may be
   *     more
   */
  public static Future<Integer> expire(SqlConnection connection, Duration age) {
    return connection
        .preparedQuery(
            """
            delete from inbox where (scope, key) in (
              select scope, key from inbox
              where created_at < now() - $1 * interval '1 millisecond' and response is not null
              order by created_at limit $2 for update skip locked)
            """)
        .execute(Tuple.of((double) age.toMillis(), LedgerLimits.INBOX_EXPIRED_PER_BATCH))
        .map(RowSet::rowCount);
  }

  private static Arrival arrival(RowSet<Row> rows, Command command) {
    Row row = rows.iterator().next();
    if (!row.getBuffer("fingerprint").equals(command.fingerprint())) {
      return new Arrival.Reused();
    }
    Buffer response = row.getBuffer("response");
    return response == null
        ? new Arrival.Running(row.getString("subject"))
        : new Arrival.Answered(response);
  }

  /** The key expired between two statements: the next try finds it free. */
  private static Arrival gone() {
    throw inProgress();
  }

  private static Future<RowSet<Row>> lockFailed(Throwable failure) {
    return Future.failedFuture(
        failure instanceof PgException error && LOCK_NOT_AVAILABLE.equals(error.getSqlState())
            ? inProgress()
            : failure);
  }

  private static MeshFailure.Application inProgress() {
    return new MeshFailure.Application(
        IN_PROGRESS, "the first request with this idempotency key is still at work");
  }
}
