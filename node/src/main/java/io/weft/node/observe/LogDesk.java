package io.weft.node.observe;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import io.weft.mesh.MeshFailure;
import io.weft.routing.admin.api.LogChange;
import io.weft.routing.admin.api.LogLevels;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/** Shows and sets what this node logs, while it runs. */
final class LogDesk {
  private static final Map<String, Level> LEVELS =
      Map.of(
          "trace", Level.TRACE,
          "debug", Level.DEBUG,
          "info", Level.INFO,
          "warn", Level.WARN,
          "error", Level.ERROR,
          "off", Level.OFF);
  private static final String INHERIT = "inherit";

  /** Loggers that may be set: a name that nobody logs under makes a logger of its own. */
  private static final int LOGGERS_MAX = 10_000;

  private LogDesk() {}

  /**
   * Sets a level if one is asked for.
   *
   * @return the levels that are set then
   * @throws MeshFailure.Application if the change makes no sense
   */
  static LogLevels change(String node, LogChange change) {
    var context = (LoggerContext) LoggerFactory.getILoggerFactory();
    if (change.level() != null) {
      set(context, change.level(), change.logger());
    }
    var loggers = new TreeMap<String, String>();
    for (var logger : context.getLoggerList()) {
      if (logger.getLevel() != null) {
        loggers.put(logger.getName(), logger.getLevel().toString());
      }
    }
    return new LogLevels(node, loggers);
  }

  private static void set(LoggerContext context, String level, @Nullable String name) {
    var to = LEVELS.get(level);
    boolean all = name == null || name.equals(Logger.ROOT_LOGGER_NAME);
    if (to == null && (all || !level.equals(INHERIT))) {
      throw new MeshFailure.Application(
          "log.level_invalid",
          "level: \""
              + level
              + "\" (expected: "
              + String.join(", ", new TreeMap<>(LEVELS).keySet())
              + (all ? ")" : ", inherit)"));
    }
    if (context.getLoggerList().size() >= LOGGERS_MAX) {
      throw new MeshFailure.Application("log.loggers_too_many", "there are too many loggers");
    }
    context.getLogger(all ? Logger.ROOT_LOGGER_NAME : String.valueOf(name)).setLevel(to);
  }
}
