package io.weft.mesh.telemetry;

import io.weft.mesh.MeshLimits;
import io.weft.mesh.TraceContext;
import io.weft.mesh.time.Ticker;
import io.weft.mesh.time.WallClock;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The spans of one node: which of them are kept, and where.
 *
 * <p>A span is kept when its trace was asked to be (by the W3C flag), when its trace is one in so
 * many, which all nodes see by its id alike, and when it was slow or failed, which is known at its
 * end only. So of a trace that is not one of so many, a node keeps the slow and the failed spans
 * and not the others. At most {@link MeshLimits#SPANS_PER_SECOND} are; the rest is dropped and
 * counted. From any thread.
 */
public final class Spans implements SpanSink {
  private static final long SECOND_NANOS = Duration.ofSeconds(1).toNanos();

  private final String node;
  private final Ticker ticker;
  private final WallClock wall;
  private final TraceStore store = new TraceStore();
  private final LongAdder taken = new LongAdder();
  private final LongAdder dropped = new LongAdder();
  private volatile long sampledBelow;
  private volatile long slowNanos = MeshLimits.TRACES_SLOW.toNanos();
  private volatile Consumer<Span> export = span -> {};
  private final AtomicInteger inSecond = new AtomicInteger();
  private volatile long secondNanos;

  /** Creates the spans of a node that keeps one trace in {@link MeshLimits#TRACES_ONE_IN}. */
  public Spans(String node, Ticker ticker, WallClock wall) {
    this.node = node;
    this.ticker = ticker;
    this.wall = wall;
    secondNanos = ticker.nanos();
    sample(MeshLimits.TRACES_ONE_IN);
  }

  /**
   * Says which share of the traces is kept whatever becomes of them.
   *
   * @param oneIn one in so many; 0 for none
   */
  public void sample(int oneIn) {
    sampledBelow = oneIn <= 0 ? 0 : Long.MAX_VALUE / oneIn;
  }

  /** Says from which time on a span is slow, and kept. */
  public void slow(Duration from) {
    slowNanos = from.toNanos();
  }

  /**
   * Says who else gets the spans that are kept.
   *
   * @param other is told on the thread on which a span ends; must neither block nor throw
   */
  public void export(Consumer<Span> other) {
    export = other;
  }

  /** Returns the traces that are kept. */
  public TraceStore store() {
    return store;
  }

  /** Returns how many spans were kept since the start. */
  public long taken() {
    return taken.sum();
  }

  /** Returns how many spans were not kept for there were too many. */
  public long dropped() {
    return dropped.sum();
  }

  @Override
  public boolean samples(TraceContext trace) {
    return (trace.low() & Long.MAX_VALUE) < sampledBelow;
  }

  @Override
  public boolean wants(TraceContext trace, Outcome outcome, long nanos) {
    boolean wanted =
        nanos >= slowNanos || Span.failed(outcome) || samples(trace) || trace.sampled();
    return wanted && trace.present() && permitted();
  }

  @Override
  public void add(
      TraceContext trace,
      long span,
      long parent,
      Span.Kind kind,
      String name,
      String service,
      Outcome outcome,
      @Nullable String failure,
      long nanos,
      Map<String, String> attributes) {
    taken.increment();
    var made =
        new Span(
            trace.high(),
            trace.low(),
            span,
            parent,
            kind,
            name,
            service,
            node,
            wall.now().minusNanos(nanos),
            nanos,
            outcome,
            shortened(failure),
            attributes);
    store.add(made, nanos >= slowNanos);
    export.accept(made);
  }

  /** Threads that meet at the turn of a second may let a few more through, or a few less. */
  private boolean permitted() {
    long now = ticker.nanos();
    if (now - secondNanos >= SECOND_NANOS) {
      secondNanos = now;
      inSecond.set(0);
    }
    if (inSecond.incrementAndGet() <= MeshLimits.SPANS_PER_SECOND) {
      return true;
    }
    dropped.increment();
    return false;
  }

  private static @Nullable String shortened(@Nullable String text) {
    return text == null || text.length() <= MeshLimits.SPAN_TEXT_MAX_CHARS
        ? text
        : text.substring(0, MeshLimits.SPAN_TEXT_MAX_CHARS);
  }
}
