package io.weft.node.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.json.JsonObject;
import io.vertx.junit5.VertxExtension;
import io.vertx.junit5.VertxTestContext;
import io.weft.mesh.Call;
import io.weft.mesh.Cancellation;
import io.weft.mesh.Deadline;
import io.weft.mesh.Operation;
import io.weft.mesh.Origin;
import io.weft.mesh.Payload;
import io.weft.mesh.Request;
import io.weft.mesh.TraceContext;
import io.weft.mesh.policy.Policy;
import io.weft.mesh.time.Ticker;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.slf4j.event.KeyValuePair;

/** How log lines look, for people and for programs. */
@ExtendWith(VertxExtension.class)
class LogLinesTest {
  private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";

  @Test
  void aTextLineNamesTheNodeTheLoggerAndTheMessage() {
    var line = text(event("it happened", null));
    assertTrue(line.endsWith(" INFO  n1 here.Place: it happened\n"), line);
  }

  @Test
  void aJsonLineIsOneObjectWithItsFields() {
    var line = encoded("json", event("it \"happened\"\nhere", new IllegalStateException("why")));
    assertEquals(line.length() - 1, line.indexOf('\n'));
    var json = new JsonObject(line);
    assertEquals("n1", json.getString("node"));
    assertEquals("it \"happened\"\nhere", json.getString("message"));
    assertTrue(json.getString("error").contains("IllegalStateException: why"));
    assertNull(json.getString("trace"));
  }

  @Test
  void noMessageCanForgeALineOrDriveATerminal() {
    var line = text(event("a\n12:00 INFO forged\r\u001b[2J", null));
    assertEquals(1, line.lines().count());
    assertFalse(line.contains("\u001b"), line);
  }

  @Test
  void aLineWrittenWhileACallIsServedHasItsTraceAndItsOperation(
      Vertx vertx, VertxTestContext test) {
    var context = ((VertxInternal) vertx).createEventLoopContext().duplicate();
    var deadline = Deadline.after(Ticker.system(), Duration.ofSeconds(1));
    var trace = TraceContext.parse("00-" + TRACE + "-b7ad6b7169203331-01");
    new Call(
            new Request(
                "users.get",
                Operation.Kind.QUERY,
                Payload.of(Buffer.buffer()),
                deadline,
                "",
                Origin.of(trace, "orders"),
                null,
                Cancellation.NEVER,
                Policy.DEFAULT))
        .bindTo(context);
    context.runOnContext(
        go -> {
          var event = event("it happened", null);
          CallFields.note(event);
          test.verify(
              () -> {
                var json = new JsonObject(encoded("json", event));
                assertEquals(TRACE, json.getString("trace"));
                assertEquals("users.get", json.getString("operation"));
                assertTrue(text(event).contains("[" + TRACE + "]"), text(event));
              });
          test.completeNow();
        });
  }

  @Test
  void aJsonLineOfADecisionSaysOfWhatKindItIsAndWhatItIsAbout() {
    var event = event("ejection of n2/users-1: 5 failures in a row", null);
    event.addKeyValuePair(new KeyValuePair("decision", "ejection"));
    event.addKeyValuePair(new KeyValuePair("subject", "n2/users-1"));

    var json = new JsonObject(encoded("json", event));
    assertEquals("ejection", json.getString("decision"));
    assertEquals("n2/users-1", json.getString("subject"));
  }

  private static LoggingEvent event(String message, @Nullable Throwable error) {
    var logger = new LoggerContext().getLogger("io.weft.here.Place");
    return new LoggingEvent("", logger, Level.INFO, message, error, null);
  }

  private static String text(LoggingEvent event) {
    return encoded("text", event);
  }

  private static String encoded(String format, LoggingEvent event) {
    return new String(LogSetup.encoder(format, "n1").encode(event), StandardCharsets.UTF_8);
  }
}
