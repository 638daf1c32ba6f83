package io.weft.routing.events;

import io.vertx.core.Future;
import io.weft.mesh.CallOptions;
import io.weft.mesh.Event;
import io.weft.mesh.EventQuery;
import io.weft.mesh.ItemStream;
import io.weft.mesh.Mesh;
import io.weft.mesh.MeshFailure;
import io.weft.mesh.StreamOperation;
import io.weft.mesh.time.Time;
import io.weft.mesh.time.Timers;
import io.weft.routing.RoutingLimits;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The events that a query wants, for as long as somebody wants them.
 *
 * <p>When the instance that serves them goes, the next stream is opened after the last event that
 * was handed on, wherever one can be: the reader gets each event once, in the order of the log, and
 * notices nothing but the time that it takes. That is tried again until it succeeds or the reader
 * goes, after waits that double up to {@link RoutingLimits#EVENTS_REOPEN_MAX}, of random length, so
 * that the readers of an instance that stops do not all come at once.
 *
 * <p>For one context: that on which it was opened, where its reader is called.
 */
public final class Subscription {
  private static final Logger LOG = LoggerFactory.getLogger(Subscription.class);
  private static final long STEADY_NANOS = RoutingLimits.EVENTS_REOPEN_MAX.toNanos();
  private static final int DOUBLINGS_MAX = 30;

  /** Who gets the events. */
  public interface Reader {
    /** The next event. */
    void event(Event event);

    /**
     * The stream is open anew, and events may have been missed before: of a query for new events,
     * before its first one.
     */
    void interrupted();

    /** No more events come: the service answered that these cannot be had. */
    void ended(MeshFailure.Application why);
  }

  private final Mesh mesh;
  private final Time time;
  private final StreamOperation<EventQuery, Event> operation;
  private final EventQuery query;
  private final CallOptions options;
  private final Reader reader;
  private @Nullable Long position;
  private @Nullable ItemStream<Event> stream;
  private Timers.Handle next = () -> {};
  private long openedNanos;
  private int failures;
  private boolean paused;
  private boolean over;

  private Subscription(
      Mesh mesh, Time time, String service, EventQuery query, CallOptions options, Reader reader) {
    this.mesh = mesh;
    this.time = time;
    this.operation = Event.streamOf(service);
    this.query = query;
    this.position = query.after();
    this.options = options;
    this.reader = reader;
  }

  /**
   * Opens a subscription.
   *
   * @param service whose events are wanted
   * @param options what its streams are opened with; whoever cancels them closes it too
   * @return fails, always with a {@link MeshFailure}, when no stream can be opened now
   */
  public static Future<Subscription> open(
      Mesh mesh, Time time, String service, EventQuery query, CallOptions options, Reader reader) {
    var subscription = new Subscription(mesh, time, service, query, options, reader);
    return subscription.open().map(opened -> subscription);
  }

  /** Lets events wait at their source. */
  public void pause() {
    paused = true;
    if (stream != null) {
      stream.pause();
    }
  }

  /** Lets events come on. */
  public void resume() {
    paused = false;
    if (stream != null) {
      stream.resume();
    }
  }

  /** Says that no more events are wanted; the reader is not called any more. */
  public void close() {
    over = true;
    next.cancel();
    if (stream != null) {
      stream.cancel();
    }
  }

  private Future<Void> open() {
    var wanted = new EventQuery(position, query.topics(), query.aggregate(), query.owner());
    return mesh.open(operation, wanted, options).onSuccess(this::read).mapEmpty();
  }

  private void read(ItemStream<Event> opened) {
    if (over) {
      opened.cancel();
      return;
    }
    stream = opened;
    openedNanos = time.ticker().nanos();
    if (paused) {
      opened.pause();
    }
    opened.exceptionHandler(this::lost);
    opened.endHandler(end -> lost(new MeshFailure.Unknown("the stream has ended")));
    opened.handler(this::take);
  }

  private void take(Event event) {
    if (!over && (position == null || event.position() > position)) {
      position = event.position();
      reader.event(event);
    }
  }

  private void lost(Throwable failure) {
    boolean wasOpen = stream != null;
    stream = null;
    if (over) {
      return;
    }
    if (failure instanceof MeshFailure.Application answered) {
      over = true;
      reader.ended(answered);
      return;
    }
    if (wasOpen && time.ticker().nanos() - openedNanos > STEADY_NANOS) {
      failures = 0; // What was open for long is no sign of trouble.
    }
    var wait = backoff();
    failures++;
    LOG.debug("{} opens anew in {} ms: {}", operation.name(), wait.toMillis(), failure.toString());
    next = time.timers().after(wait, this::reopen);
  }

  private void reopen() {
    open()
        .onFailure(this::lost)
        .onSuccess(
            opened -> {
              if (!over && position == null) {
                reader.interrupted();
              }
            });
  }

  private Duration backoff() {
    double first = RoutingLimits.EVENTS_REOPEN_FIRST.toMillis();
    double most = RoutingLimits.EVENTS_REOPEN_MAX.toMillis();
    double full = Math.min(most, Math.scalb(first, Math.min(failures, DOUBLINGS_MAX)));
    return Duration.ofMillis((long) (full * time.rng().nextDouble()));
  }
}
