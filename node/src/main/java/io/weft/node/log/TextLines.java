package io.weft.node.log;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.encoder.EncoderBase;
import java.nio.charset.StandardCharsets;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;

/**
 * Log lines for people: time, level, node, logger, trace id when there is one, message.
 *
 * <p>Control characters in a message are replaced, so that no input can forge a line or drive a
 * terminal.
 */
final class TextLines extends EncoderBase<ILoggingEvent> {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("HH:mm:ss.SSS").withZone(ZoneId.systemDefault());
  private static final byte[] NOTHING = new byte[0];

  private final String node;

  TextLines(String node) {
    this.node = node;
  }

  @Override
  public byte[] encode(ILoggingEvent event) {
    var line = new StringBuilder(160);
    line.append(TIME.format(event.getInstant())).append(' ');
    line.append(String.format("%-5s ", event.getLevel()));
    line.append(node).append(' ').append(shortName(event.getLoggerName()));
    CallFields.trace(event).ifPresent(trace -> line.append(" [").append(trace).append(']'));
    line.append(": ").append(printable(event.getFormattedMessage())).append('\n');
    if (event.getThrowableProxy() != null) {
      line.append(ThrowableProxyUtil.asString(event.getThrowableProxy()));
    }
    return line.toString().getBytes(StandardCharsets.UTF_8);
  }

  // The class and the package that holds it are enough to find the place.
  static String shortName(String logger) {
    int last = logger.lastIndexOf('.');
    int before = last < 0 ? -1 : logger.lastIndexOf('.', last - 1);
    return logger.substring(before + 1);
  }

  static String printable(String text) {
    return text.replaceAll("[\\p{Cntrl}&&[^\\t]]", "\u00b7");
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
