package io.weft.routing.admin;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import io.weft.routing.RoutingLimits;
import io.weft.routing.admin.api.AuditEntry;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who changed what by one node, kept in a file of lines of JSON and the latest of them at hand.
 *
 * <p>The file has at most {@link RoutingLimits#AUDIT_FILE_MAX_BYTES}; then the next one is begun,
 * and the one before is kept. Safe for use by many threads.
 */
public final class AuditLog {
  private static final Logger LOG = LoggerFactory.getLogger(AuditLog.class);
  private static final String BEFORE = ".1";

  private final Vertx vertx;
  private final Path file;
  private final Deque<AuditEntry> latest = new ArrayDeque<>();
  private final List<AuditEntry> waiting = new ArrayList<>();
  private boolean writing;

  /**
   * Creates a log that is not read yet.
   *
   * @param file where it is kept
   */
  public AuditLog(Vertx vertx, Path file) {
    this.vertx = vertx;
    this.file = file;
  }

  /** Reads what was written before; what cannot be read is left out. */
  public Future<Void> open() {
    return vertx
        .executeBlocking(this::lines)
        .onSuccess(this::remember)
        .onFailure(e -> LOG.warn("the audit log {} cannot be read", file, e))
        .otherwiseEmpty()
        .mapEmpty();
  }

  private List<String> lines() throws IOException {
    var lines = new ArrayList<String>();
    for (var each : List.of(before(), file)) {
      if (Files.exists(each)) {
        lines.addAll(Files.readAllLines(each, StandardCharsets.UTF_8));
      }
    }
    return lines;
  }

  private synchronized void remember(List<String> lines) {
    for (var line :
        lines.subList(Math.max(0, lines.size() - RoutingLimits.AUDIT_KEPT), lines.size())) {
      try {
        keep(entry(new JsonObject(line)));
      } catch (DecodeException
          | ClassCastException
          | NullPointerException
          | DateTimeParseException e) {
        LOG.warn("the audit log {} has a line that is none: {}", file, e.toString());
      }
    }
  }

  private void keep(AuditEntry entry) {
    if (latest.size() == RoutingLimits.AUDIT_KEPT) {
      latest.removeLast();
    }
    latest.addFirst(entry);
  }

  /** Returns the latest entries, the latest first. */
  public synchronized List<AuditEntry> latest(int limit) {
    return latest.stream().limit(limit).toList();
  }

  /** Returns whether so much waits to be written that no more can be taken. */
  synchronized boolean full() {
    return waiting.size() >= RoutingLimits.AUDIT_WAITING_MAX;
  }

  /** Keeps an entry, and writes it soon. */
  synchronized void add(AuditEntry entry) {
    LOG.atInfo()
        .addKeyValue("audit", entry.action())
        .log("{} asked for {}: {}", entry.who(), entry.action(), entry.outcome());
    keep(entry);
    waiting.add(entry);
    if (!writing) {
      write();
    }
  }

  /** Writes all that waits at once; what comes meanwhile waits for the next time. */
  private void write() {
    writing = true;
    var batch = List.copyOf(waiting);
    waiting.clear();
    vertx
        .executeBlocking(
            () -> {
              append(batch);
              return null;
            })
        .onComplete(
            (done, failure) -> {
              if (failure != null) {
                LOG.error("the audit log {} cannot be written: {}", file, batch, failure);
              }
              written();
            });
  }

  private synchronized void written() {
    writing = false;
    if (!waiting.isEmpty()) {
      write();
    }
  }

  private void append(List<AuditEntry> batch) throws IOException {
    var folder = file.toAbsolutePath().getParent();
    if (folder != null) {
      Files.createDirectories(folder);
    }
    if (Files.exists(file) && Files.size(file) > RoutingLimits.AUDIT_FILE_MAX_BYTES) {
      Files.move(file, before(), StandardCopyOption.REPLACE_EXISTING);
    }
    var lines = new ArrayList<String>();
    batch.forEach(entry -> lines.add(json(entry).encode()));
    Files.write(
        file, lines, StandardCharsets.UTF_8, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }

  private Path before() {
    return file.resolveSibling(file.getFileName() + BEFORE);
  }

  static JsonObject json(AuditEntry entry) {
    return new JsonObject()
        .put("at", entry.at().toString())
        .put("who", entry.who())
        .put("node", entry.node())
        .put("action", entry.action())
        .put("subject", entry.subject())
        .put("detail", entry.detail())
        .put("outcome", entry.outcome());
  }

  private static AuditEntry entry(JsonObject json) {
    return new AuditEntry(
        Instant.parse(json.getString("at")),
        json.getString("who"),
        json.getString("node"),
        json.getString("action"),
        json.getString("subject"),
        json.getString("detail"),
        json.getString("outcome"));
  }
}
