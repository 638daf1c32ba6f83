package io.weft.node.observe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.Status.StatusCode;
import io.weft.mesh.telemetry.Outcome;
import io.weft.mesh.telemetry.Span;
import io.weft.node.NodeLimits;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a collector gets of the spans of a node, and what a node loses without one. */
@Timeout(60)
class SpanExportTest {
  private static final long PATIENCE_SECONDS = 30;
  private static final Instant AT = Instant.parse("2026-11-21T20:00:00.000001Z");

  private final BlockingQueue<ExportTraceServiceRequest> got = new LinkedBlockingQueue<>();
  private final CountDownLatch released = new CountDownLatch(1);
  private HttpServer collector;
  private boolean holds;
  private int status = 200;

  @BeforeEach
  void open() throws IOException {
    collector = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    collector.createContext("/v1/traces", this::take);
    collector.start();
  }

  @AfterEach
  void close() {
    released.countDown();
    collector.stop(0);
  }

  private void take(HttpExchange exchange) throws IOException {
    try (exchange) {
      var request = ExportTraceServiceRequest.parseFrom(exchange.getRequestBody());
      if (holds) {
        hold();
      }
      got.add(request);
      exchange.sendResponseHeaders(status, -1);
    }
  }

  private void hold() throws IOException {
    try {
      released.await();
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }

  @Test
  void aCollectorGetsSpansWithTheirPlaceInTheTraceTheirTimesAndTheirOutcome() throws Exception {
    try (var export = new SpanExport(url())) {
      export.accept(span("users", Outcome.UNKNOWN, "no answer"));
      var request = got.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
      assertNotNull(request);

      var sent = request.getResourceSpans(0).getScopeSpans(0).getSpans(0);
      assertEquals("users.get", sent.getName());
      assertEquals(bytes("00000000000000070000000000000008"), sent.getTraceId());
      assertEquals(bytes("0000000000000009"), sent.getSpanId());
      assertEquals(bytes("000000000000000a"), sent.getParentSpanId());
      assertEquals(io.opentelemetry.proto.trace.v1.Span.SpanKind.SPAN_KIND_SERVER, sent.getKind());
      assertEquals(
          TimeUnit.SECONDS.toNanos(AT.getEpochSecond()) + 1_000, sent.getStartTimeUnixNano());
      assertEquals(5_000, sent.getEndTimeUnixNano() - sent.getStartTimeUnixNano());
      assertEquals(StatusCode.STATUS_CODE_ERROR, sent.getStatus().getCode());
      assertEquals("no answer", sent.getStatus().getMessage());
      assertEquals(
          Map.of("weft.outcome", "Unknown", "weft.instance", "users-1"),
          Map.of(
              "weft.outcome", attribute(sent, "weft.outcome"),
              "weft.instance", attribute(sent, "weft.instance")));
      assertEquals("users", resource(request.getResourceSpans(0), "service.name"));
      assertEquals("n1", resource(request.getResourceSpans(0), "service.instance.id"));
      eventually(() -> export.exported().taken() == 1);
    }
  }

  @Test
  void anAnswerOfTheApplicationIsNoErrorOfTheSpan() throws Exception {
    try (var export = new SpanExport(url())) {
      export.accept(span("users", Outcome.APPLICATION, "no such user"));
      var request = got.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
      assertNotNull(request);

      assertEquals(
          StatusCode.STATUS_CODE_UNSET,
          request.getResourceSpans(0).getScopeSpans(0).getSpans(0).getStatus().getCode());
    }
  }

  @Test
  void withoutACollectorSpansAreLostAndCounted() {
    collector.stop(0);
    try (var export = new SpanExport(url())) {
      export.accept(span("users", Outcome.OK, null));
      eventually(() -> export.exported().lost() == 1);
      assertEquals(0, export.exported().taken());
    }
  }

  @Test
  void whatACollectorRefusesIsLostAndCounted() {
    status = 400;
    try (var export = new SpanExport(url())) {
      export.accept(span("users", Outcome.OK, null));
      eventually(() -> export.exported().lost() == 1);
    }
  }

  @Test
  void aCollectorThatHangsHoldsUpNobodyAndTheQueueIsBounded() {
    holds = true;
    try (var export = new SpanExport(url())) {
      int spans = NodeLimits.EXPORT_QUEUE_MAX + 2 * NodeLimits.EXPORT_BATCH_MAX;
      for (int i = 0; i < spans; i++) {
        export.accept(span("users", Outcome.OK, null));
      }
      // One batch at most is on its way; what does not fit in the queue is lost at once.
      assertTrue(
          export.exported().lost()
              >= spans - NodeLimits.EXPORT_QUEUE_MAX - NodeLimits.EXPORT_BATCH_MAX,
          export.exported().toString());
    }
  }

  private String url() {
    return "http://127.0.0.1:" + collector.getAddress().getPort();
  }

  private static Span span(String service, Outcome outcome, String failure) {
    return new Span(
        7,
        8,
        9,
        10,
        Span.Kind.SERVER,
        "users.get",
        service,
        "n1",
        AT,
        5_000,
        outcome,
        failure,
        Map.of("instance", "users-1"));
  }

  private static ByteString bytes(String hex) {
    return ByteString.copyFrom(HexFormat.of().parseHex(hex));
  }

  private static String attribute(io.opentelemetry.proto.trace.v1.Span span, String name) {
    return span.getAttributesList().stream()
        .filter(each -> each.getKey().equals(name))
        .map(each -> each.getValue().getStringValue())
        .findFirst()
        .orElse("");
  }

  private static String resource(ResourceSpans spans, String name) {
    return spans.getResource().getAttributesList().stream()
        .filter(each -> each.getKey().equals(name))
        .map(each -> each.getValue().getStringValue())
        .findFirst()
        .orElse("");
  }

  private static void eventually(BooleanSupplier condition) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() < deadline, "not within " + PATIENCE_SECONDS + " s");
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
    }
  }
}
