package io.weft.node.log;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.encoder.EncoderBase;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;

/**
 * Log lines for programs: one JSON object per line.
 *
 * <p>Fields: {@code time}, {@code level}, {@code node}, {@code logger}, {@code thread}, {@code
 * message}; {@code trace} and {@code operation} when a call was being served; {@code decision} and
 * {@code subject} when something was decided; {@code error} with a stack trace.
 */
final class JsonLines extends EncoderBase<ILoggingEvent> {
  private static final byte[] NOTHING = new byte[0];

  private final String node;

  JsonLines(String node) {
    this.node = node;
  }

  @Override
  public byte[] encode(ILoggingEvent event) {
    var line =
        new JsonObject()
            .put("time", event.getInstant().toString())
            .put("level", event.getLevel().toString())
            .put("node", node)
            .put("logger", event.getLoggerName())
            .put("thread", event.getThreadName());
    CallFields.trace(event).ifPresent(trace -> line.put("trace", trace));
    CallFields.operation(event).ifPresent(operation -> line.put("operation", operation));
    CallFields.decision(event).ifPresent(decision -> line.put("decision", decision));
    CallFields.subject(event).ifPresent(subject -> line.put("subject", subject));
    line.put("message", event.getFormattedMessage());
    if (event.getThrowableProxy() != null) {
      line.put("error", ThrowableProxyUtil.asString(event.getThrowableProxy()));
    }
    return (line.encode() + "\n").getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public byte[] headerBytes() {
    return NOTHING;
  }

  @Override
  public byte[] footerBytes() {
    return NOTHING;
  }
}
