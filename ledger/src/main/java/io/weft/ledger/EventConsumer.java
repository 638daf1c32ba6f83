package io.weft.ledger;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.sqlclient.SqlConnection;
import io.weft.mesh.CallOptions;
import io.weft.mesh.Event;
import io.weft.mesh.EventQuery;
import io.weft.mesh.ItemStream;
import io.weft.mesh.Mesh;
import io.weft.mesh.MeshFailure;
import io.weft.mesh.Topic;
import io.weft.mesh.time.Time;
import io.weft.mesh.time.Timers;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Applies the events of a service, each of them once and in order, whoever crashes.
 *
 * <p>Its position is stored in the transaction of the effects, in the schema of the service that
 * consumes. Every instance has a consumer of the same name, and one of them is active: the others
 * take over when it stops, or {@link LedgerLimits#CONSUMER_LEASE} after it was last heard of. Even
 * if two took themselves for active, only one would move the position, and the other's effects
 * would be rolled back.
 *
 * <p>An event whose handler fails stops the consumer: it tries again and again, less and less
 * often, and says why in the log and in {@code positions.failure}. Other consumers, and the service
 * whose events they are, do not notice.
 *
 * <p>To be started and stopped on one context, on which the handler is called.
 */
public final class EventConsumer {
  private static final Logger LOG = LoggerFactory.getLogger(EventConsumer.class);

  /** What a log answers that does not have what comes after a position. */
  private static final Set<String> POSITION_LOST =
      Set.of("event.position_gone", "event.position_unknown");

  private final Mesh mesh;
  private final Database database;
  private final Time time;
  private final String name;
  private final String service;
  private final CallOptions options;

  /** Whose log the position is one of: a service's of this site, or of another one. */
  private final String log;

  private final Set<String> topics;
  private final EventHandler handler;
  private final Positions positions;
  private final EventSpans spans;
  private Timers.Handle next = () -> {};
  private Optional<Session> session = Optional.empty();
  private boolean stopped;

  /**
   * Creates a consumer that is not active yet.
   *
   * @param database of the service that consumes
   * @param name of the consumer, the same in all its instances, and no other's in that schema
   * @param topics the events that are applied, at least one, all of one service
   */
  public EventConsumer(
      Mesh mesh,
      Database database,
      Time time,
      String name,
      List<Topic<?>> topics,
      EventHandler handler) {
    this(mesh, database, time, name, topics, null, handler);
  }

  /**
   * Creates a consumer that is not active yet, of the events that a service has at one site.
   * Positions are those of one log, so a service that runs at several sites is to be read at one.
   *
   * @param database of the service that consumes
   * @param name of the consumer, the same in all its instances, and no other's in that schema
   * @param topics the events that are applied, at least one, all of one service
   * @param site the site whose events they are, as {@link CallOptions#withSite} takes it; null for
   *     whichever is nearest
   */
  public EventConsumer(
      Mesh mesh,
      Database database,
      Time time,
      String name,
      List<Topic<?>> topics,
      @Nullable String site,
      EventHandler handler) {
    this.mesh = mesh;
    this.database = database;
    this.time = time;
    this.name = name;
    this.service = serviceOf(name, topics);
    this.log = site == null ? service : service + "@" + site;
    this.options = site == null ? CallOptions.DEFAULT : CallOptions.DEFAULT.withSite(site);
    this.topics = topics.stream().map(Topic::name).collect(Collectors.toUnmodifiableSet());
    this.handler = handler;
    this.positions = new Positions(name, time.rng().uuid().toString());
    spans = new EventSpans(mesh.spans(), time.rng(), name);
  }

  private static String serviceOf(String name, List<Topic<?>> topics) {
    var services = topics.stream().map(Topic::service).distinct().toList();
    if (services.size() != 1) {
      throw new IllegalArgumentException(
          "consumer " + name + ": topics of " + services + " (expected: of one service)");
    }
    return services.get(0);
  }

  /**
   * Sets a consumer to another position: 0 to apply again all that is kept. To be done in one
   * transaction with what undoes the effects after that position.
   *
   * @param service whose events are consumed; {@code SERVICE@SITE} for those of one site
   */
  public static Future<Void> restart(
      SqlConnection tx, String consumer, String service, long position) {
    return Positions.set(tx, consumer, service, position);
  }

  /** Starts. */
  public void start() {
    claim();
  }

  /** Stops, when what is being applied is stored or rolled back, and lets another take over. */
  public Future<Void> stop() {
    stopped = true;
    next.cancel();
    return session
        .map(active -> active.end().compose(ended -> release()))
        .orElseGet(Future::succeededFuture);
  }

  /** Lets another take over; should that fail, the lease lapses by itself. */
  private Future<Void> release() {
    return database
        .withTransaction(positions::release)
        .onFailure(e -> LOG.debug("consumer {} is not released", name, e))
        .otherwiseEmpty();
  }

  private void claim() {
    database
        .withTransaction(tx -> positions.claim(tx, log))
        .onComplete(
            (claimed, failure) -> {
              if (failure != null) {
                LOG.debug("consumer {} cannot be claimed: {}", name, failure.getMessage());
                claimLater(LedgerLimits.CONSUMER_INTERVAL);
              } else if (stopped) {
                claimed.ifPresent(mine -> release());
              } else if (claimed.isPresent()) {
                var begun = new Session(claimed.get());
                session = Optional.of(begun);
                begun.open();
              } else {
                claimLater(LedgerLimits.CONSUMER_INTERVAL);
              }
            });
  }

  private void claimLater(Duration most) {
    session = Optional.empty();
    if (!stopped) {
      // Jitter, so that the instances of a cluster do not come at once.
      long nanos = (long) (most.toNanos() * (0.5 + time.rng().nextDouble() / 2));
      next = time.timers().after(Duration.ofNanos(nanos), this::claim);
    }
  }

  /** The consumer is another instance's, or was set to another position. */
  private static final class NotHeld extends RuntimeException {
    private static final long serialVersionUID = 1L;

    NotHeld() {
      super("not held any more", null, false, false);
    }
  }

  /** The handler failed, whatever its failure looks like: it is told apart from the database's. */
  private static final class NotApplied extends RuntimeException {
    private static final long serialVersionUID = 1L;

    NotApplied(Throwable cause) {
      super(null, cause, false, false);
    }
  }

  /** The time from a claim until something makes it doubtful. */
  private final class Session {
    private final Deque<Event> arrived = new ArrayDeque<>();
    private final Promise<Void> idle = Promise.promise();
    private @Nullable ItemStream<Event> stream;
    private Timers.Handle renewal = () -> {};
    private Timers.Handle retry = () -> {};
    private long position;
    private int failures;
    private int batchMax = LedgerLimits.CONSUMER_BATCH;
    private boolean busy;
    private boolean backingOff;
    private boolean over;

    Session(Positions.Standing standing) {
      position = standing.position();
      failures = standing.failures();
    }

    void open() {
      renewLater();
      mesh.open(Event.streamOf(service), EventQuery.after(position), options)
          .onComplete(
              (opened, failure) -> {
                if (over) {
                  if (opened != null) {
                    opened.cancel();
                  }
                } else if (failure instanceof MeshFailure.Application refusal) {
                  refused(refusal);
                } else if (failure != null) {
                  lost(failure);
                } else {
                  stream = opened;
                  read(opened);
                }
              });
    }

    /** No such position: the handler, or else an operator, has to say where to go on. */
    private void refused(MeshFailure.Application why) {
      busy = true;
      database
          .withTransaction(
              tx -> held(positions.move(tx, position, position)).compose(go -> anew(tx, why)))
          .onComplete(
              (anew, failure) -> {
                busy = false;
                if (over) {
                  idle.tryComplete();
                } else if (failure != null) {
                  lost(failure);
                } else if (anew) {
                  LOG.warn("consumer {} begins anew: {}", name, why.getMessage());
                  giveUp(LedgerLimits.CONSUMER_INTERVAL);
                } else {
                  stopAt(why);
                }
              });
    }

    private Future<Boolean> anew(SqlConnection tx, MeshFailure.Application why) {
      return POSITION_LOST.contains(why.code())
          ? handler
              .beginAnew(tx, why)
              .compose(
                  anew ->
                      anew ? restart(tx, name, log, 0).map(true) : Future.succeededFuture(false))
          : Future.succeededFuture(false);
    }

    private void read(ItemStream<Event> from) {
      from.pause();
      from.exceptionHandler(this::lost);
      from.endHandler(end -> lost(new MeshFailure.NotSent("the stream of events has ended")));
      from.handler(
          event -> {
            arrived.add(event);
            work();
          });
      from.fetch(LedgerLimits.CONSUMER_BATCH);
    }

    /** The stream is opened anew after a while; the events that have arrived come again. */
    private void lost(Throwable failure) {
      LOG.debug("consumer {} lost the events of {}: {}", name, service, failure.getMessage());
      giveUp(LedgerLimits.CONSUMER_INTERVAL);
    }

    private void work() {
      if (busy || backingOff || over || arrived.isEmpty()) {
        return;
      }
      busy = true;
      var batch = new ArrayList<Event>();
      arrived.stream().limit(batchMax).forEach(batch::add);
      long to = batch.get(batch.size() - 1).position();
      long startNanos = time.ticker().nanos();
      database
          .withTransaction(
              tx -> held(positions.move(tx, position, to)).compose(go -> all(tx, batch)))
          .onComplete(
              (done, failure) -> {
                busy = false;
                if (over) {
                  idle.tryComplete();
                } else if (failure == null) {
                  spans.applied(wanted(batch), time.ticker().nanos() - startNanos, null);
                  applied(batch.size(), to);
                } else {
                  notApplied(batch, failure);
                }
              });
    }

    private List<Event> wanted(List<Event> events) {
      return events.stream().filter(event -> topics.contains(event.topic())).toList();
    }

    private Future<Void> held(Future<Boolean> moved) {
      return moved.compose(
          mine -> mine ? Future.succeededFuture() : Future.failedFuture(new NotHeld()));
    }

    private Future<Void> all(SqlConnection tx, List<Event> events) {
      var wanted = wanted(events);
      if (wanted.isEmpty()) {
        return Future.succeededFuture();
      }
      Future<Void> effect;
      try {
        effect = handler.applyAll(tx, wanted);
      } catch (RuntimeException e) {
        effect = Future.failedFuture(e);
      }
      return effect.recover(failure -> Future.failedFuture(new NotApplied(failure)));
    }

    private void applied(int count, long to) {
      if (failures > 0) {
        LOG.info("consumer {} goes on after event {}", name, to);
      }
      failures = 0;
      position = to;
      batchMax = Math.min(LedgerLimits.CONSUMER_BATCH, batchMax * 2);
      for (int i = 0; i < count; i++) {
        arrived.remove();
      }
      if (stream != null) {
        stream.fetch(count);
      }
      work();
    }

    private void notApplied(List<Event> batch, Throwable failure) {
      Throwable cause = failure instanceof NotApplied ? failure.getCause() : null;
      if (cause == null) {
        // What is stored is told by the next claim.
        LOG.debug("consumer {} begins anew: {}", name, failure.getMessage());
        giveUp(LedgerLimits.CONSUMER_INTERVAL);
      } else if (batch.size() > 1) {
        // One by one, so that those before the event at fault are applied.
        batchMax = 1;
        work();
      } else {
        spans.applied(batch, 0, cause);
        stopAt(cause);
      }
    }

    /** Stays at an event that cannot be applied, and says why. */
    private void stopAt(Throwable failure) {
      busy = true;
      backingOff = true;
      Duration backoff = backoff();
      failures++;
      database
          .withTransaction(tx -> held(positions.failed(tx, position, textOf(failure), backoff)))
          .onComplete(
              (noted, notNoted) -> {
                busy = false;
                if (over) {
                  idle.tryComplete();
                  return;
                }
                report(failure, backoff);
                if (notNoted != null || stream == null) {
                  giveUp(backoff);
                } else {
                  retry = time.timers().after(backoff, this::again);
                }
              });
    }

    private void report(Throwable failure, Duration backoff) {
      LOG.error(
          "consumer {} of {} stands after position {}, failed {} times in a row, tries again in {}"
              + " ms: {}",
          name,
          service,
          position,
          failures,
          backoff.toMillis(),
          textOf(failure));
    }

    private void again() {
      backingOff = false;
      work();
    }

    private Duration backoff() {
      Duration longest = LedgerLimits.CONSUMER_BACKOFF_MAX;
      int doublings = Math.min(failures, 16);
      Duration next = LedgerLimits.CONSUMER_BACKOFF_MIN.multipliedBy(1L << doublings);
      return next.compareTo(longest) < 0 ? next : longest;
    }

    private void renewLater() {
      renewal = time.timers().after(LedgerLimits.CONSUMER_LEASE.dividedBy(3), this::renew);
    }

    /** Nothing may have come for long: then nothing else says that this instance is there. */
    private void renew() {
      if (busy || backingOff) { // Both keep the consumer by themselves.
        renewLater();
        return;
      }
      busy = true;
      database
          .withTransaction(tx -> held(positions.move(tx, position, position)))
          .onComplete(
              (renewed, failure) -> {
                busy = false;
                if (over) {
                  idle.tryComplete();
                } else if (failure instanceof NotHeld) {
                  giveUp(LedgerLimits.CONSUMER_INTERVAL);
                } else {
                  renewLater();
                  work();
                }
              });
    }

    private void giveUp(Duration pause) {
      if (!over) {
        end();
        claimLater(pause);
      }
    }

    /** Ends the session; completes when nothing of it is on its way to the database. */
    Future<Void> end() {
      if (!over) {
        over = true;
        renewal.cancel();
        retry.cancel();
        if (stream != null) {
          stream.cancel();
        }
        if (!busy) {
          idle.tryComplete();
        }
      }
      return idle.future();
    }
  }

  private static String textOf(Throwable failure) {
    String text = failure.toString();
    return text.length() <= LedgerLimits.CONSUMER_FAILURE_MAX_CHARS
        ? text
        : text.substring(0, LedgerLimits.CONSUMER_FAILURE_MAX_CHARS);
  }
}
