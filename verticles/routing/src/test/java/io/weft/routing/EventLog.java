package io.weft.routing;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.streams.ReadStream;
import io.weft.mesh.Call;
import io.weft.mesh.Event;
import io.weft.mesh.EventQuery;
import io.weft.mesh.Mesh;
import io.weft.mesh.MeshFailure;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;

/** A log of the events of orders in memory, which any number of verticles on any mesh may serve. */
public final class EventLog {
  /** Where events stand in a trace, which is nobody's concern outside. */
  private static final String TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

  private final List<Event> events = new ArrayList<>();
  private final Set<Reader> readers = ConcurrentHashMap.newKeySet();
  private final Map<Integer, Promise<Void>> awaited = new HashMap<>();

  /** What every stream was opened with. */
  public final List<EventQuery> queries = new CopyOnWriteArrayList<>();

  /** Positions up to this have been dropped. */
  public volatile long dropped;

  /** Adds an event and returns its position. */
  public long append(String topic, String aggregate, String owner, String body) {
    long position;
    synchronized (this) {
      position = events.size() + 1L;
      events.add(
          new Event(
              position,
              topic,
              aggregate,
              owner,
              Instant.ofEpochSecond(position),
              Buffer.buffer(body),
              TRACE));
    }
    readers.forEach(Reader::more);
    return position;
  }

  private synchronized Event at(long position) {
    return position <= events.size() ? events.get((int) position - 1) : null;
  }

  private synchronized long end() {
    return events.size();
  }

  /** Returns how many events all open streams together have handed on. */
  public long handed() {
    return readers.stream().mapToLong(reader -> reader.handed.get()).sum();
  }

  /** Completes when this many streams are open. */
  public Future<Void> open(int count) {
    synchronized (awaited) {
      if (readers.size() == count) {
        return Future.succeededFuture();
      }
      return awaited.computeIfAbsent(count, c -> Promise.promise()).future();
    }
  }

  private void counted() {
    Promise<Void> reached;
    synchronized (awaited) {
      reached = awaited.remove(readers.size());
    }
    if (reached != null) {
      reached.complete();
    }
  }

  /** Returns a verticle that serves the log. */
  public VerticleBase server(Mesh mesh) {
    return new VerticleBase() {
      @Override
      public Future<?> start() {
        return mesh.serve(Event.streamOf("orders"), query -> stream(vertx, query));
      }
    };
  }

  private Future<ReadStream<Event>> stream(Vertx vertx, EventQuery query) {
    queries.add(query);
    long after = query.after() == null ? end() : query.after();
    if (after > end()) {
      return Future.failedFuture(
          new MeshFailure.Application("event.position_unknown", "position " + after));
    }
    if (after != 0 && after < dropped) {
      return Future.failedFuture(
          new MeshFailure.Application("event.position_gone", "position " + after));
    }
    var reader = new Reader(vertx.getOrCreateContext(), query, Math.max(after, dropped));
    Call.current().orElseThrow().cancellation().onCancel(reader::left);
    readers.add(reader);
    counted();
    return Future.succeededFuture(reader);
  }

  /** One reader of the log; its state belongs to its context. */
  private final class Reader implements ReadStream<Event> {
    private final Context context;
    private final EventQuery query;
    private final AtomicLong handed = new AtomicLong();
    private long position;
    private boolean paused;
    private Handler<Event> handler;

    Reader(Context context, EventQuery query, long position) {
      this.context = context;
      this.query = query;
      this.position = position;
    }

    void more() {
      context.runOnContext(turn -> deliver());
    }

    void left() {
      readers.remove(this);
      counted();
    }

    private void deliver() {
      for (var event = at(position + 1);
          !paused && handler != null && event != null;
          event = at(position + 1)) {
        position++;
        if (wanted(event)) {
          handed.incrementAndGet();
          handler.handle(event);
        }
      }
    }

    private boolean wanted(Event event) {
      return (query.topics().isEmpty() || query.topics().contains(event.topic()))
          && (query.aggregate() == null || query.aggregate().equals(event.aggregate()))
          && (query.owner() == null || query.owner().equals(event.owner()));
    }

    @Override
    public ReadStream<Event> handler(Handler<Event> handler) {
      this.handler = handler;
      more();
      return this;
    }

    @Override
    public ReadStream<Event> pause() {
      paused = true;
      return this;
    }

    @Override
    public ReadStream<Event> resume() {
      paused = false;
      more();
      return this;
    }

    @Override
    public ReadStream<Event> fetch(long amount) {
      return resume();
    }

    @Override
    public ReadStream<Event> exceptionHandler(Handler<Throwable> handler) {
      return this;
    }

    @Override
    public ReadStream<Event> endHandler(Handler<Void> handler) {
      return this;
    }
  }
}
