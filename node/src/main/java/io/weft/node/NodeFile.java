package io.weft.node;

import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What a node that is ready leaves in its data folder, for the scripts on the same host: {@code
 * <data>/nodes/<name>.json}.
 *
 * <p>It is there from the moment that the node is ready until it stops cleanly. After a crash it
 * stays, and {@link #alive} tells.
 *
 * @param name the node's name
 * @param pid the node's process
 * @param startedAt when that process started, which tells it from a later one with the same pid
 * @param readyAfterMillis from the start of the process until the node was ready
 * @param site the node's site
 * @param zone the node's zone
 * @param addresses {@code host:port} by purpose: http, bridge, admin, cluster
 * @param tls the purposes of which the port speaks TLS
 */
public record NodeFile(
    String name,
    long pid,
    Instant startedAt,
    long readyAfterMillis,
    String site,
    String zone,
    Map<String, String> addresses,
    Set<String> tls) {
  // The boot time that the system reckons start times from moves a little with clock corrections.
  private static final Duration SAME_START = Duration.ofSeconds(5);
  private static final String SUFFIX = ".json";

  /** Sorts by purpose. */
  public NodeFile {
    addresses = new TreeMap<>(addresses);
    tls = new TreeSet<>(tls);
  }

  /** Returns the URL of a port that speaks HTTP; nothing if the node has none for the purpose. */
  public Optional<URI> url(String purpose) {
    return Optional.ofNullable(addresses.get(purpose))
        .map(at -> URI.create((tls.contains(purpose) ? "https://" : "http://") + inUrl(at)));
  }

  private static String inUrl(String address) {
    int colon = address.lastIndexOf(':');
    var host = address.substring(0, colon);
    return host.contains(":") ? "[" + host + "]" + address.substring(colon) : address;
  }

  /** Returns the file of a node under a data folder. */
  public static Path path(Path data, String name) {
    return data.resolve("nodes").resolve(name + SUFFIX);
  }

  /** Writes the file, whole or not at all. */
  public void write(Path data) throws IOException {
    var path = path(data, name);
    Files.createDirectories(path.getParent());
    var draft = path.resolveSibling(name + ".draft");
    Files.writeString(draft, json().encodePrettily() + "\n");
    Files.move(draft, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  /** Removes a node's file; does nothing if there is none. */
  public static void remove(Path data, String name) throws IOException {
    Files.deleteIfExists(path(data, name));
  }

  /**
   * Returns all node files under a data folder, by name.
   *
   * @throws IOException if a file cannot be read or is not a node file
   */
  public static List<NodeFile> list(Path data) throws IOException {
    var folder = data.resolve("nodes");
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    var files = new ArrayList<NodeFile>();
    try (var paths = Files.newDirectoryStream(folder, "*" + SUFFIX)) {
      for (var path : paths) {
        readIfThere(path, files);
      }
    }
    files.sort(Comparator.comparing(file -> natural(file.name())));
    return files;
  }

  // A node that stops between the listing and the reading takes its file with it.
  private static void readIfThere(Path path, List<NodeFile> into) throws IOException {
    try {
      into.add(read(path));
    } catch (NoSuchFileException gone) {
      return;
    }
  }

  private static NodeFile read(Path path) throws IOException {
    if (Files.size(path) > NodeLimits.NODE_FILE_MAX_BYTES) {
      throw new IOException(path + " is too large for a node file: remove it");
    }
    try {
      return of(new JsonObject(Files.readString(path)));
    } catch (DecodeException
        | ClassCastException
        | NullPointerException
        | DateTimeParseException e) {
      throw new IOException(path + " is not a node file: remove it", e);
    }
  }

  private static NodeFile of(JsonObject json) {
    var addresses = new TreeMap<String, String>();
    json.getJsonObject("addresses").forEach(e -> addresses.put(e.getKey(), (String) e.getValue()));
    var tls = new TreeSet<String>();
    // A node of an older version has left none.
    json.getJsonArray("tls", new JsonArray()).forEach(each -> tls.add((String) each));
    return new NodeFile(
        json.getString("name"),
        json.getLong("pid"),
        json.getInstant("startedAt"),
        json.getLong("readyAfterMillis"),
        json.getString("site"),
        json.getString("zone"),
        addresses,
        tls);
  }

  private JsonObject json() {
    var where = new JsonObject();
    addresses.forEach(where::put);
    return new JsonObject()
        .put("name", name)
        .put("pid", pid)
        .put("startedAt", startedAt)
        .put("readyAfterMillis", readyAfterMillis)
        .put("site", site)
        .put("zone", zone)
        .put("addresses", where)
        .put("tls", new JsonArray(List.copyOf(tls)));
  }

  /** Returns whether the process that wrote the file still runs. */
  public boolean alive() {
    return process().isPresent();
  }

  /** Returns the process that wrote the file, if it still runs. */
  public Optional<ProcessHandle> process() {
    return ProcessHandle.of(pid)
        .filter(ProcessHandle::isAlive)
        .filter(this::sameStart)
        .filter(p -> !ended());
  }

  // A process that nobody has waited for yet still has its pid, though it runs no more.
  private boolean ended() {
    try {
      var stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
      // pid (name) state …, where the name may hold anything.
      int state = stat.lastIndexOf(')') + 2;
      return state < stat.length() && "ZX".indexOf(stat.charAt(state)) >= 0;
    } catch (IOException e) {
      // No such file system here, or the process has gone this very moment; isAlive knows better.
      return false;
    }
  }

  private boolean sameStart(ProcessHandle process) {
    return process
        .info()
        .startInstant()
        .map(start -> Duration.between(start, startedAt).abs().compareTo(SAME_START) < 0)
        .orElse(false);
  }

  /** Returns when this process started, as the system tells it. */
  public static Instant startOfThisProcess(Instant otherwise) {
    return ProcessHandle.current().info().startInstant().orElse(otherwise);
  }

  // So that n10 comes after n9.
  private static String natural(String name) {
    var digits = name.replaceAll("^.*?([0-9]*)$", "$1");
    return name.substring(0, name.length() - digits.length())
        + "0".repeat(Math.max(0, 20 - digits.length()))
        + digits;
  }
}
