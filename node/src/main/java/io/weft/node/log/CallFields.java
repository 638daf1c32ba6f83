package io.weft.node.log;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import io.weft.mesh.Call;
import java.util.Optional;
import org.slf4j.event.KeyValuePair;

/**
 * What a log line says about the call that was being served when it was written.
 *
 * <p>Lines are formatted on another thread than the one that logs, so the call is noted on the
 * event at once.
 */
final class CallFields {
  private static final String TRACE = "trace";
  private static final String OPERATION = "operation";

  /** Noted by whoever decides; see {@link io.weft.mesh.telemetry.Decisions}. */
  private static final String DECISION = "decision";

  private static final String SUBJECT = "subject";

  private CallFields() {}

  /** Notes the current call, if there is one, on an event that this thread just made. */
  static void note(ILoggingEvent event) {
    if (event instanceof LoggingEvent fresh) {
      Call.current().ifPresent(call -> note(fresh, call));
    }
  }

  private static void note(LoggingEvent event, Call call) {
    if (call.trace().present()) {
      event.addKeyValuePair(new KeyValuePair(TRACE, call.trace().traceId()));
    }
    event.addKeyValuePair(new KeyValuePair(OPERATION, call.operation()));
  }

  /** Returns the trace id noted on an event. */
  static Optional<String> trace(ILoggingEvent event) {
    return field(event, TRACE);
  }

  /** Returns the operation noted on an event. */
  static Optional<String> operation(ILoggingEvent event) {
    return field(event, OPERATION);
  }

  /** Returns what kind of decision an event tells of. */
  static Optional<String> decision(ILoggingEvent event) {
    return field(event, DECISION);
  }

  /** Returns what the decision is about. */
  static Optional<String> subject(ILoggingEvent event) {
    return field(event, SUBJECT);
  }

  private static Optional<String> field(ILoggingEvent event, String key) {
    var pairs = event.getKeyValuePairs();
    return pairs == null
        ? Optional.empty()
        : pairs.stream()
            .filter(pair -> pair.key.equals(key))
            .map(pair -> String.valueOf(pair.value))
            .findFirst();
  }
}
