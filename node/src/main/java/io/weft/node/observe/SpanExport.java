package io.weft.node.observe;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import io.weft.mesh.telemetry.Span;
import io.weft.mesh.time.Ticker;
import io.weft.node.NodeLimits;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.logging.Level;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends spans to an OpenTelemetry collector, over OTLP in HTTP, from a thread of its own.
 *
 * <p>Whoever ends a span waits for nothing: it is put in a queue, or dropped and counted when that
 * is full. A batch that the collector does not take in time is dropped and counted as well. When
 * the collector goes away or comes back, the log says so once.
 */
final class SpanExport implements Consumer<Span>, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SpanExport.class);
  private static final String PATH = "/v1/traces";
  private static final AttributeKey<String> SERVICE = AttributeKey.stringKey("service.name");
  private static final AttributeKey<String> NODE = AttributeKey.stringKey("service.instance.id");

  /** It would say with every batch what is said here once; held, or it might be forgotten. */
  private static final java.util.logging.Logger THEIRS =
      java.util.logging.Logger.getLogger("io.opentelemetry");

  private final BlockingQueue<Span> queue = new ArrayBlockingQueue<>(NodeLimits.EXPORT_QUEUE_MAX);
  private final LongAdder taken = new LongAdder();
  private final LongAdder lost = new LongAdder();
  private final Map<String, Resource> resources = new HashMap<>();
  private final Ticker ticker = Ticker.system();
  private final String url;
  private final SpanExporter exporter;
  private final Thread thread;
  private volatile boolean closed;
  private boolean away;

  /**
   * Begins to send.
   *
   * @param url of the collector, such as {@code http://127.0.0.1:4318}
   */
  SpanExport(String url) {
    THEIRS.setLevel(Level.OFF);
    this.url = url;
    exporter =
        OtlpHttpSpanExporter.builder()
            .setEndpoint(url + PATH)
            .setTimeout(NodeLimits.EXPORT_TIMEOUT)
            .setConnectTimeout(NodeLimits.EXPORT_TIMEOUT)
            .setRetryPolicy(null) // What comes meanwhile would be lost instead.
            .build();
    thread = new Thread(this::run, "weft-spans");
    thread.setDaemon(true);
    thread.start();
  }

  /** Returns what became of the spans so far. */
  Scrape.Exported exported() {
    return new Scrape.Exported(taken.sum(), lost.sum());
  }

  @Override
  public void accept(Span span) {
    if (closed || !queue.offer(span)) {
      lost.increment();
    }
  }

  private void run() {
    var batch = new ArrayList<Span>();
    try {
      while (!closed) {
        collect(batch);
        send(batch);
        batch.clear();
      }
    } catch (InterruptedException e) {
      LOG.debug("the last spans are sent now: the node stops");
    }
    queue.drainTo(batch, NodeLimits.EXPORT_BATCH_MAX);
    send(batch);
    exporter.close();
  }

  /** The first span is waited for, and then a while for more. */
  private void collect(List<Span> batch) throws InterruptedException {
    batch.add(queue.take());
    long untilNanos = ticker.nanos() + NodeLimits.EXPORT_INTERVAL.toNanos();
    while (batch.size() < NodeLimits.EXPORT_BATCH_MAX) {
      var next = queue.poll(untilNanos - ticker.nanos(), TimeUnit.NANOSECONDS);
      if (next == null) {
        return;
      }
      batch.add(next);
    }
  }

  private void send(List<Span> batch) {
    if (batch.isEmpty()) {
      return;
    }
    var data = new ArrayList<SpanData>(batch.size());
    for (var span : batch) {
      data.add(new ExportedSpan(span, resource(span)));
    }
    var result =
        exporter.export(data).join(2 * NodeLimits.EXPORT_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
    (result.isSuccess() ? taken : lost).add(batch.size());
    tell(!result.isSuccess(), result.getFailureThrowable());
  }

  private void tell(boolean isAway, @Nullable Throwable why) {
    if (isAway && !away) {
      LOG.warn(
          "spans do not reach the collector at {}: {}; they are dropped until they do",
          url,
          why == null ? "it refused them" : why.getMessage());
    } else if (away && !isAway) {
      LOG.info("spans reach the collector at {} again", url);
    }
    away = isAway;
  }

  private Resource resource(Span span) {
    boolean room = resources.size() < NodeLimits.EXPORT_SERVICES_MAX;
    var service = room || resources.containsKey(span.service()) ? span.service() : "other";
    return resources.computeIfAbsent(
        service, name -> Resource.create(Attributes.of(SERVICE, name, NODE, span.node())));
  }

  /** Sends what waits, once, and no more. Does not wait for it. */
  @Override
  public void close() {
    closed = true;
    thread.interrupt();
  }
}
