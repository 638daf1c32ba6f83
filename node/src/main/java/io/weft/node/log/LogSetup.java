package io.weft.node.log;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.OutputStreamAppender;
import ch.qos.logback.core.encoder.Encoder;
import ch.qos.logback.core.rolling.FixedWindowRollingPolicy;
import ch.qos.logback.core.rolling.RollingFileAppender;
import ch.qos.logback.core.rolling.SizeBasedTriggeringPolicy;
import ch.qos.logback.core.util.FileSize;
import io.weft.node.NodeLimits;
import io.weft.node.StartFailure;
import io.weft.node.settings.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.slf4j.LoggerFactory;

/**
 * The logs of this process: one node per process, one way out.
 *
 * <p>The libraries below us talk at INFO about what only their authors want to know; they are held
 * at WARN unless debug or trace is asked for.
 */
public final class LogSetup {
  private static final List<String> CHATTY =
      List.of(
          "io.vertx",
          "com.hazelcast",
          "io.netty",
          "io.micrometer",
          "org.flywaydb",
          "org.postgresql");

  private LogSetup() {}

  /** Silences all logs but errors: for commands that talk to people by themselves. */
  public static void quiet() {
    direct();
    // Commands that are over in a moment have no logs at all (scripts/weft).
    if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
      context.getLogger(Logger.ROOT_LOGGER_NAME).setLevel(Level.ERROR);
    }
  }

  /**
   * Sends the logs of this process where the settings say.
   *
   * @throws StartFailure if the log file cannot be written
   */
  public static void start(Settings settings) {
    direct();
    var context = context();
    context.reset();
    var node = settings.text("node.name");
    var encoder =
        settings.text("log.format").equals("json") ? new JsonLines(node) : new TextLines(node);
    encoder.setContext(context);
    encoder.start();
    var out =
        settings.text("log.file").isEmpty()
            ? console(context)
            : file(context, settings.path("log.file"));
    out.setEncoder(encoder);
    out.start();
    var level = Level.toLevel(settings.text("log.level"));
    context.getLogger(Logger.ROOT_LOGGER_NAME).setLevel(level);
    // What keeps a node from starting is told once, by us; libraries would tell it with stacks.
    chatty(level, Level.OFF);
    queue(context, out);
  }

  /** Lets the libraries below us warn, once the node has started. */
  public static void running(Settings settings) {
    var level = Level.toLevel(settings.text("log.level"));
    chatty(level, level.isGreaterOrEqual(Level.WARN) ? level : Level.WARN);
    // Vert.x registers a gauge twice, which Micrometer warns of at every start.
    chatty(level, "io.micrometer", Level.ERROR);
    // A node that cannot be reached is told of in one line by discovery; here it is forty.
    chatty(level, "io.vertx.core.eventbus.impl.clustered.ClusteredEventBus", Level.ERROR);
  }

  /** Writes what waits to be written; nothing is logged afterwards. */
  public static void stop() {
    context().stop();
  }

  private static LoggerContext context() {
    return (LoggerContext) LoggerFactory.getILoggerFactory();
  }

  // Both read these when their first class is loaded.
  private static void direct() {
    System.setProperty("hazelcast.logging.type", "slf4j");
    System.setProperty(
        "vertx.logger-delegate-factory-class-name",
        "io.vertx.core.logging.SLF4JLogDelegateFactory");
  }

  // Who asks for debug or trace wants to hear everything.
  private static void chatty(Level asked, Level least) {
    CHATTY.forEach(name -> chatty(asked, name, least));
  }

  private static void chatty(Level asked, String name, Level least) {
    if (asked.isGreaterOrEqual(Level.INFO)) {
      context().getLogger(name).setLevel(least);
    }
  }

  private static void queue(LoggerContext context, OutputStreamAppender<ILoggingEvent> out) {
    var root = context.getLogger(Logger.ROOT_LOGGER_NAME);
    var queue = new BoundedQueue(root);
    queue.setContext(context);
    queue.addAppender(out);
    queue.start();
    root.addAppender(queue);
  }

  private static OutputStreamAppender<ILoggingEvent> console(LoggerContext context) {
    var console = new ConsoleAppender<ILoggingEvent>();
    console.setContext(context);
    return console;
  }

  private static OutputStreamAppender<ILoggingEvent> file(LoggerContext context, Path path) {
    writable(path);
    var file = new RollingFileAppender<ILoggingEvent>();
    file.setContext(context);
    file.setFile(path.toString());
    var rolling = new FixedWindowRollingPolicy();
    rolling.setContext(context);
    rolling.setParent(file);
    rolling.setFileNamePattern(path + ".%i");
    rolling.setMinIndex(1);
    rolling.setMaxIndex(NodeLimits.LOG_FILES_KEPT);
    rolling.start();
    var trigger = new SizeBasedTriggeringPolicy<ILoggingEvent>();
    trigger.setContext(context);
    trigger.setMaxFileSize(new FileSize(NodeLimits.LOG_FILE_MAX_BYTES));
    trigger.start();
    file.setRollingPolicy(rolling);
    file.setTriggeringPolicy(trigger);
    return file;
  }

  private static void writable(Path path) {
    try {
      var folder = path.toAbsolutePath().getParent();
      if (folder != null) {
        Files.createDirectories(folder);
      }
      Files.newOutputStream(
              path,
              java.nio.file.StandardOpenOption.CREATE,
              java.nio.file.StandardOpenOption.APPEND)
          .close();
    } catch (IOException e) {
      throw new StartFailure(
          "log file " + path + " cannot be written (" + e + "): name another with --log-file", e);
    }
  }

  /** Returns the encoder of a format, for tests of how lines look. */
  static Encoder<ILoggingEvent> encoder(String format, String node) {
    return format.equals("json") ? new JsonLines(node) : new TextLines(node);
  }
}
