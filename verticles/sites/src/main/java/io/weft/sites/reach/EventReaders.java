package io.weft.sites.reach;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.weft.mesh.Event;
import io.weft.mesh.EventQuery;
import io.weft.mesh.ItemStream;
import io.weft.mesh.MeshFailure;
import io.weft.mesh.MeshFailure.Application;
import io.weft.mesh.MeshFailure.NotSent;
import io.weft.mesh.MeshFailure.Rejected;
import io.weft.mesh.MeshFailure.Unknown;
import io.weft.mesh.MeshLimits;
import io.weft.mesh.Operation;
import io.weft.mesh.time.Time;
import io.weft.mesh.time.Timers;
import io.weft.sites.SitesLimits;
import io.weft.sites.reach.LinkOperations.EventsQuery;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The streams of events of this site that another one reads page by page.
 *
 * <p>Streams do not cross a link, as nobody there could tell a lost item from one that is late. So
 * each stream is kept open here between its pages, for {@link SitesLimits#EVENT_READER_KEPT}, and
 * holds no more than one page. A page that was answered and did not arrive is asked for again: its
 * stream is then opened anew, behind what did arrive. For the link's event loop.
 */
final class EventReaders {
  private final Time time;
  private final String other;
  private final Map<String, Reader> readers = new HashMap<>();

  /** Opens a stream of events. */
  @FunctionalInterface
  interface Opening extends Function<EventQuery, Future<ItemStream<Event>>> {}

  EventReaders(Time time, String other) {
    this.time = time;
    this.other = other;
  }

  /**
   * Returns the stream operation that a page is read from.
   *
   * @throws Application if there can be none
   */
  static String operation(EventsQuery query) {
    try {
      return Operation.checkName(query.service() + ".events");
    } catch (IllegalArgumentException e) {
      throw invalid("/service", String.valueOf(e.getMessage()));
    }
  }

  /** Returns the next page of a stream, and opens the stream if need be. */
  Future<EventPage> page(EventsQuery query, Opening opening) {
    check(query);
    var known = readers.get(query.reader());
    if (query.most() == 0) {
      close(known);
      return Future.succeededFuture(new EventPage(List.of()));
    }
    if (known != null && known.busy()) {
      throw invalid("/reader", "a page of it is being read (expected: one at a time)");
    }
    if (known != null && known.follows(query)) {
      return known.next(query);
    }
    close(known);
    if (query.after() == null && query.page() > 0) {
      throw new Rejected(
          Rejected.Reason.UNAVAILABLE,
          "the stream is not open any more, and where it was nobody knows",
          Duration.ZERO);
    }
    if (readers.size() >= SitesLimits.EVENT_READERS_MAX) {
      throw new Rejected(
          Rejected.Reason.OVERLOADED,
          other
              + " reads "
              + readers.size()
              + " streams of events (limit: "
              + SitesLimits.EVENT_READERS_MAX
              + ")",
          MeshLimits.RETRY_AFTER);
    }
    var reader = new Reader(query);
    readers.put(query.reader(), reader);
    return reader.open(query, opening);
  }

  private static void check(EventsQuery query) {
    if (query.reader() == null
        || query.reader().isEmpty()
        || query.reader().length() > SitesLimits.EVENT_READER_MAX_CHARS) {
      throw invalid(
          "/reader", "1 to " + SitesLimits.EVENT_READER_MAX_CHARS + " characters are expected");
    }
    if (query.page() < 0) {
      throw invalid("/page", query.page() + " (expected: >= 0)");
    }
    if (query.most() < 0 || query.most() > SitesLimits.EVENTS_PAGE_MAX) {
      throw invalid(
          "/most", query.most() + " (expected: 0 to " + SitesLimits.EVENTS_PAGE_MAX + ")");
    }
    if (query.waitMillis() < 0 || query.waitMillis() > SitesLimits.EVENTS_WAIT_MAX.toMillis()) {
      throw invalid(
          "/waitMillis",
          query.waitMillis() + " (expected: 0 to " + SitesLimits.EVENTS_WAIT_MAX.toMillis() + ")");
    }
    if (query.topics() != null && query.topics().size() > SitesLimits.EVENT_TOPICS_MAX) {
      throw invalid(
          "/topics",
          query.topics().size() + " topics (limit: " + SitesLimits.EVENT_TOPICS_MAX + ")");
    }
  }

  private static Application invalid(String pointer, String message) {
    return new Application("request.invalid", message, pointer);
  }

  /** Ends all streams. */
  void close() {
    List.copyOf(readers.values()).forEach(Reader::close);
  }

  private static void close(@Nullable Reader reader) {
    if (reader != null) {
      reader.close();
    }
  }

  /** One stream. */
  private final class Reader {
    private final String name;
    private final Deque<Event> came = new ArrayDeque<>();
    private @Nullable ItemStream<Event> stream;
    private @Nullable Promise<EventPage> waiting;
    private @Nullable MeshFailure failure;
    private Timers.Handle timer = () -> {};

    /** The last position that a page has had, or that it began behind. */
    private @Nullable Long after;

    private long page;
    private int most;
    private long bytes;

    /** Events that the stream was asked for and that have not come. */
    private long wanted;

    private boolean lingers;
    private boolean over;

    Reader(EventsQuery query) {
      name = query.reader();
      after = query.after();
      page = query.page();
    }

    boolean busy() {
      return waiting != null || (stream == null && !over);
    }

    boolean follows(EventsQuery query) {
      return page == query.page() && Objects.equals(after, query.after());
    }

    Future<EventPage> open(EventsQuery query, Opening opening) {
      var topics = query.topics() == null ? List.<String>of() : query.topics();
      return opening
          .apply(new EventQuery(query.after(), topics, query.aggregate(), query.owner()))
          .onFailure(e -> close())
          .compose(
              opened -> {
                if (over) {
                  opened.cancel();
                  return Future.failedFuture(new NotSent("the link has ended"));
                }
                listen(opened);
                return next(query);
              });
    }

    private void listen(ItemStream<Event> opened) {
      stream = opened;
      opened.pause();
      opened.exceptionHandler(
          e -> ended(e instanceof MeshFailure known ? known : new Unknown("it failed: " + e)));
      opened.endHandler(end -> ended(new NotSent("the stream of events has ended")));
      opened.handler(this::came);
    }

    Future<EventPage> next(EventsQuery query) {
      timer.cancel();
      Promise<EventPage> asked = Promise.promise();
      waiting = asked;
      most = query.most();
      fetch();
      var wait = Duration.ofMillis(query.waitMillis());
      if (failure != null || full()) {
        answer();
      } else if (!came.isEmpty() || wait.compareTo(SitesLimits.EVENTS_LINGER) < 0) {
        linger();
      } else {
        timer = time.timers().after(wait, this::answer);
      }
      return asked.future();
    }

    /** Asks for few at a time, as each may be long. */
    private void fetch() {
      long more = Math.min(SitesLimits.EVENTS_GRANT, most - came.size());
      if (stream != null && wanted == 0 && more > 0 && !full()) {
        wanted = more;
        stream.fetch(more);
      }
    }

    private void came(Event event) {
      wanted--;
      came.add(event);
      bytes += cost(event);
      if (waiting == null) {
        return;
      }
      fetch();
      if (full()) {
        answer();
      } else if (!lingers) {
        timer.cancel();
        linger();
      }
    }

    private void linger() {
      lingers = true;
      timer = time.timers().after(SitesLimits.EVENTS_LINGER, this::answer);
    }

    private boolean full() {
      return came.size() >= most || bytes >= SitesLimits.EVENTS_PAGE_MAX_BYTES;
    }

    private void ended(MeshFailure why) {
      failure = why;
      if (waiting != null) {
        answer();
      }
    }

    private void answer() {
      timer.cancel();
      lingers = false;
      var asked = waiting;
      waiting = null;
      if (asked == null) {
        return;
      }
      var events = taken();
      if (events.isEmpty() && failure != null) {
        close();
        asked.fail(failure);
        return;
      }
      if (!events.isEmpty()) {
        after = events.get(events.size() - 1).position();
      }
      page++;
      timer = time.timers().after(SitesLimits.EVENT_READER_KEPT, this::close);
      asked.complete(new EventPage(events));
    }

    private List<Event> taken() {
      var events = new ArrayList<Event>(Math.min(most, came.size()));
      long size = 0;
      while (events.size() < most && !came.isEmpty()) {
        long cost = cost(came.element());
        if (!events.isEmpty() && size + cost > SitesLimits.EVENTS_PAGE_MAX_BYTES) {
          break;
        }
        size += cost;
        bytes -= cost;
        events.add(came.remove());
      }
      return events;
    }

    void close() {
      if (over) {
        return;
      }
      over = true;
      timer.cancel();
      readers.remove(name, this);
      came.clear();
      if (stream != null) {
        stream.cancel();
      }
      if (waiting != null) {
        waiting.fail(new NotSent("the link has ended"));
        waiting = null;
      }
    }
  }

  private static long cost(Event event) {
    long names =
        (long) event.topic().length() + event.aggregate().length() + event.owner().length();
    return event.body().length()
        + names * SitesLimits.EVENT_CHARACTER_MAX_BYTES
        + SitesLimits.EVENT_OVERHEAD_BYTES;
  }
}
