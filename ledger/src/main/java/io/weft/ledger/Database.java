package io.weft.ledger;

import io.vertx.circuitbreaker.CircuitBreaker;
import io.vertx.circuitbreaker.CircuitBreakerOptions;
import io.vertx.circuitbreaker.CircuitBreakerState;
import io.vertx.circuitbreaker.OpenCircuitException;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.ConnectionPoolTooBusyException;
import io.vertx.pgclient.PgBuilder;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.PgConnection;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.PoolOptions;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Transaction;
import io.weft.mesh.Call;
import io.weft.mesh.MeshFailure;
import io.weft.mesh.time.Time;
import io.weft.mesh.time.Timers;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The database of one service on one node: a pool of connections that act as the service's role and
 * see the service's schema.
 *
 * <p>Work that is done while a call is served keeps to the call's deadline: once it has passed no
 * SQL is sent, and no statement outlives it. Every failure of the database is a {@link
 * MeshFailure}: {@code Rejected} when nothing can have happened, {@code Unknown} when COMMIT was
 * sent and its outcome never came. Safe for use from any thread; futures complete on the context
 * that called.
 */
public final class Database {
  private static final Logger LOG = LoggerFactory.getLogger(Database.class);

  private final Vertx vertx;
  private final Time time;
  private final PgConnectOptions connect;
  private final PoolOptions pooling;
  private final CircuitBreaker breaker;
  private volatile Pool pool;
  private volatile long succeededAtNanos;
  private volatile boolean closed;

  private Database(Vertx vertx, Time time, PgConnectOptions connect, PoolOptions pooling) {
    this.vertx = vertx;
    this.time = time;
    this.connect = connect;
    this.pooling = pooling;
    // Nothing has succeeded yet, and nothing has hung either.
    succeededAtNanos = time.ticker().nanos() - LedgerLimits.CHECK_TIMEOUT.toNanos();
    pool = newPool();
    breaker = newBreaker();
  }

  /**
   * Opens the database of a service; no connection is made yet.
   *
   * @param uri {@code postgresql://user:password@host:port/database}
   * @param service the service's name, from which its role and schema are named
   * @param poolSize connections, at least 1
   */
  public static Database open(Vertx vertx, Time time, String uri, String service, int poolSize) {
    if (poolSize < 1) {
      throw new IllegalArgumentException("postgres.poolSize: " + poolSize + " (expected: > 0)");
    }
    var names = ServiceNames.of(service);
    var connect =
        PgConnectOptions.fromUri(uri)
            .addProperty("role", names.role())
            .addProperty("search_path", names.schema())
            .addProperty("application_name", names.role())
            .addProperty("statement_timeout", millis(LedgerLimits.SINGLE_STATEMENT_TIMEOUT))
            .addProperty("lock_timeout", millis(LedgerLimits.LOCK_TIMEOUT))
            .addProperty(
                "idle_in_transaction_session_timeout",
                millis(LedgerLimits.IDLE_IN_TRANSACTION_TIMEOUT));
    connect
        .setCachePreparedStatements(true)
        .setPreparedStatementCacheMaxSize(LedgerLimits.PREPARED_STATEMENTS_MAX);
    var pooling =
        new PoolOptions()
            .setMaxSize(poolSize)
            .setMaxWaitQueueSize(poolSize * LedgerLimits.WAITING_PER_CONNECTION_MAX)
            // Time is kept here: the pool's own timer may fire for a request that was served.
            .setConnectionTimeout(0)
            .setMaxLifetimeUnit(TimeUnit.MINUTES)
            .setMaxLifetime(LedgerLimits.CONNECTION_LIFETIME_MINUTES);
    return new Database(vertx, time, connect, pooling);
  }

  /**
   * Does work in one transaction, which is committed when the work succeeds and rolled back when it
   * fails.
   *
   * @param work gets a connection, which must not be used once the work's future has completed
   */
  public <T> Future<T> withTransaction(Function<SqlConnection, Future<T>> work) {
    return guarded(new Unit<>(work, Manner.TRANSACTION));
  }

  /**
   * Does work that is one statement, which is a transaction by itself: one round trip where {@link
   * #withTransaction} takes three more.
   *
   * <p>What is known of its effect is as of a COMMIT from the moment it is sent. Statements after
   * the first would be transactions of their own, unless they only read.
   */
  public <T> Future<T> withStatement(Function<SqlConnection, Future<T>> work) {
    return guarded(new Unit<>(work, Manner.STATEMENT));
  }

  /** Reads by one or more statements, each of them by itself. For reading only. */
  public <T> Future<T> withConnection(Function<SqlConnection, Future<T>> work) {
    return guarded(new Unit<>(work, Manner.READING));
  }

  /**
   * Makes a connection apart from the pool, to be closed by whoever asked for it; on the context
   * that calls.
   */
  Future<PgConnection> connectApart() {
    return PgConnection.connect(vertx, connect)
        .recover(failure -> Future.failedFuture(DatabaseFailures.noConnection(failure)));
  }

  /** Checks that the database answers, within {@link LedgerLimits#CHECK_TIMEOUT}. */
  public Future<Void> check() {
    if (elapsedSinceSuccess().compareTo(LedgerLimits.CHECK_TIMEOUT) < 0) {
      // A pool that is busy with work that succeeds is well, even if it has no connection to spare.
      return Future.succeededFuture();
    }
    var bounded = Promise.<Void>promise();
    var timer =
        time.timers()
            .after(
                LedgerLimits.CHECK_TIMEOUT,
                () -> bounded.tryFail(DatabaseFailures.unavailable("no answer in time")));
    withConnection(connection -> connection.query("select 1").execute().<Void>mapEmpty())
        .onSuccess(bounded::tryComplete)
        .onFailure(bounded::tryFail);
    return bounded.future().onComplete(done -> timer.cancel());
  }

  /** Closes the connections. */
  public synchronized Future<Void> close() {
    closed = true;
    breaker.close();
    return pool.close();
  }

  /**
   * Does work while the database is there. One that is away would let each unit of work wait for a
   * connection in vain: once a few have, the others are told at once, until one finds it back.
   */
  private <T> Future<T> guarded(Unit<T> unit) {
    if (unit.expired()) { // It says nothing of the database.
      return Future.failedFuture(unit.expiredFailure());
    }
    if (breaker.state() == CircuitBreakerState.OPEN) {
      return Future.failedFuture(notAsked());
    }
    return breaker
        .execute(unit::run)
        .recover(
            failure ->
                Future.failedFuture(
                    failure instanceof OpenCircuitException ? notAsked() : failure));
  }

  private static MeshFailure notAsked() {
    return DatabaseFailures.unavailable(
        "the database is away; it is tried again every "
            + LedgerLimits.BREAKER_OPEN.toMillis()
            + " ms");
  }

  /**
   * The library's breaker suits one dependency without a second endpoint. Its own timeout stays
   * off: work keeps its time itself, so a probe that hangs ends too. That every success clears the
   * count of failures is right here: a database that answers is there.
   */
  private CircuitBreaker newBreaker() {
    return CircuitBreaker.create(
            "postgres " + connect.getProperties().get("role"),
            vertx,
            new CircuitBreakerOptions()
                .setMaxFailures(LedgerLimits.BREAKER_FAILURES)
                .setResetTimeout(LedgerLimits.BREAKER_OPEN.toMillis())
                .setTimeout(-1)
                .setMaxRetries(0))
        .<Object>failurePolicy(done -> DatabaseFailures.away(done.cause()))
        .openHandler(open -> LOG.warn("the database is away; work is refused until it is back"))
        .closeHandler(back -> LOG.info("the database is back"));
  }

  private Pool newPool() {
    return PgBuilder.pool().with(pooling).connectingTo(connect).using(vertx).build();
  }

  private Duration elapsedSinceSuccess() {
    return Duration.ofNanos(time.ticker().nanos() - succeededAtNanos);
  }

  private void succeeded() {
    succeededAtNanos = time.ticker().nanos();
  }

  /**
   * Replaces a pool in which work times out while nothing succeeds: its connections lead to a host
   * that is gone without a word, and TCP would take a quarter of an hour to say so.
   */
  private synchronized void timedOut(Pool suspect) {
    if (closed || pool != suspect || elapsedSinceSuccess().compareTo(LedgerLimits.HUNG_AFTER) < 0) {
      return;
    }
    LOG.warn("the database does not answer; its connections are made anew");
    pool = newPool();
    succeeded();
    suspect.close().onFailure(e -> LOG.debug("closing hung connections", e));
  }

  private static String millis(Duration duration) {
    return Long.toString(duration.toMillis());
  }

  /** One unit of work on its way: what is known of its effect depends on how far it has come. */
  private final class Unit<T> {
    private final Function<SqlConnection, Future<T>> work;
    private final Manner manner;
    private final Optional<Call> call = Call.current();
    private final Promise<T> outcome = Promise.promise();
    private final Pool connections = pool;
    private Stage stage = Stage.ACQUIRING;

    Unit(Function<SqlConnection, Future<T>> work, Manner manner) {
      this.work = work;
      this.manner = manner;
    }

    Future<T> run() {
      Timers.Handle acquiring =
          time.timers().after(remaining(LedgerLimits.ACQUIRE_TIMEOUT), this::acquireTimedOut);
      Timers.Handle working = time.timers().after(patience(), this::workTimedOut);
      connections
          .getConnection()
          .onComplete(
              connection -> {
                acquiring.cancel();
                use(connection);
              },
              failure -> {
                acquiring.cancel();
                outcome.tryFail(DatabaseFailures.noConnection(failure));
                if (failure instanceof ConnectionPoolTooBusyException) {
                  timedOut(connections);
                }
              });
      return outcome.future().onComplete(done -> working.cancel());
    }

    private void use(SqlConnection connection) {
      if (outcome.future().isComplete()) {
        giveBack(connection);
        return;
      }
      if (expired()) {
        giveBack(connection);
        outcome.tryFail(expiredFailure());
        return;
      }
      // What ends a connection fails its work too, and is told there.
      connection.exceptionHandler(e -> LOG.debug("a connection to the database failed", e));
      stage = Stage.WORKING;
      done(connection)
          .onComplete(
              result -> {
                succeeded();
                giveBack(connection);
                outcome.tryComplete(result);
              },
              failure -> {
                giveBack(connection);
                outcome.tryFail(
                    stage == Stage.COMMITTING
                        ? DatabaseFailures.whileCommitting(failure)
                        : DatabaseFailures.beforeCommit(failure));
              });
    }

    private Future<T> done(SqlConnection connection) {
      return switch (manner) {
        case TRANSACTION -> transact(connection);
        case STATEMENT -> state(connection);
        case READING -> apply(connection);
      };
    }

    /**
     * The server bounds a single statement by itself, which is soon enough for most calls; one that
     * has less time needs a transaction, to which a bound of its own can be given.
     */
    private Future<T> state(SqlConnection connection) {
      if (bound().compareTo(LedgerLimits.SINGLE_STATEMENT_TIMEOUT) < 0) {
        return transact(connection);
      }
      stage = Stage.COMMITTING;
      return apply(connection);
    }

    private Future<T> transact(SqlConnection connection) {
      return connection
          .begin()
          .compose(
              transaction -> {
                // Both are sent at once. Should the first fail, so does all that follows it.
                Future<Void> bounded = boundStatements(connection);
                return apply(connection)
                    .compose(result -> bounded.map(done -> result))
                    .compose(
                        result -> commit(transaction, result),
                        failure -> rollBack(transaction, failure));
              });
    }

    private Future<T> commit(Transaction transaction, T result) {
      if (outcome.future().isComplete()) {
        return rollBack(transaction, expiredFailure());
      }
      stage = Stage.COMMITTING;
      return transaction.commit().map(done -> result);
    }

    private Future<T> rollBack(Transaction transaction, Throwable failure) {
      // Whatever becomes of the rollback, the server keeps nothing that was not committed.
      return transaction.rollback().transform(done -> Future.failedFuture(failure));
    }

    private Future<Void> boundStatements(SqlConnection connection) {
      return connection
          .query("set local statement_timeout = " + Math.max(1, bound().toMillis()))
          .execute()
          .mapEmpty();
    }

    /** How long the server may work on one statement. */
    private Duration bound() {
      Duration left = patience().minus(LedgerLimits.STATEMENT_MARGIN);
      return left.compareTo(LedgerLimits.STATEMENT_TIMEOUT) < 0
          ? left
          : LedgerLimits.STATEMENT_TIMEOUT;
    }

    private Future<T> apply(SqlConnection connection) {
      try {
        return work.apply(connection);
      } catch (RuntimeException e) {
        return Future.failedFuture(e);
      }
    }

    private void giveBack(SqlConnection connection) {
      connection.close().onFailure(e -> LOG.debug("giving a connection back", e));
    }

    private void acquireTimedOut() {
      if (stage == Stage.ACQUIRING
          && outcome.tryFail(
              expired()
                  ? expiredFailure()
                  : DatabaseFailures.unavailable("no connection to the database in time"))) {
        timedOut(connections);
      }
    }

    private void workTimedOut() {
      if (outcome.tryFail(
          stage == Stage.COMMITTING
              ? new MeshFailure.Unknown("COMMIT was sent and the database did not answer in time")
              : DatabaseFailures.unavailable("the database did not answer in time"))) {
        timedOut(connections);
      }
    }

    /** Shorter than the call's time: a caller that hears why can go elsewhere, or come again. */
    private Duration patience() {
      return call.map(c -> c.deadline().remaining().minus(LedgerLimits.ANSWER_MARGIN))
          .filter(left -> left.compareTo(LedgerLimits.WORK_TIMEOUT) < 0)
          .orElse(LedgerLimits.WORK_TIMEOUT);
    }

    private boolean expired() {
      return call.map(c -> c.deadline().expired()).orElse(false);
    }

    private Duration remaining(Duration most) {
      Duration left = call.map(c -> c.deadline().remaining()).orElse(most);
      return left.compareTo(most) < 0 ? left : most;
    }

    private MeshFailure.Expired expiredFailure() {
      return new MeshFailure.Expired(
          "the deadline passed before the database was asked"
              + call.map(c -> ", serving " + c.operation()).orElse(""));
    }
  }

  /** How a unit of work uses its connection. */
  private enum Manner {
    TRANSACTION,
    STATEMENT,
    READING
  }

  /** How far a unit of work has come. */
  private enum Stage {
    ACQUIRING,
    WORKING,
    COMMITTING
  }
}
