package io.weft.mesh.security;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.weft.mesh.MeshLimits;
import io.weft.mesh.time.Ticker;
import io.weft.mesh.time.Time;
import io.weft.mesh.time.Timers;
import java.io.IOException;
import java.net.URI;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The keys that sign tokens and check them: of development, of a file, or of a JWKS URL; several at
 * a time, so that they can be changed while tokens signed with the old one are still around.
 *
 * <p>Safe for any thread. What is read is an immutable set, replaced as a whole; a source that is
 * away or nonsense leaves the keys as they were, and is said in the log.
 */
public final class TokenKeys {
  private static final Logger log = LoggerFactory.getLogger(TokenKeys.class);

  private final String source;
  private final Ticker ticker;
  private final Supplier<Future<String>> load;
  private volatile KeySet keys = KeySet.EMPTY;

  /** The loading under way, or the last one; guarded by this. */
  private @Nullable Future<Void> loading;

  /** When the last loading began; guarded by this. */
  private long loadedNanos;

  /** The text that the keys were last read from; guarded by this. */
  private String text = "";

  private volatile Timers.@Nullable Handle next;
  private volatile boolean closed;

  /** Creates keys that are had by a function; for tests, and for what stands below. */
  TokenKeys(String source, Ticker ticker, Supplier<Future<String>> load) {
    this.source = source;
    this.ticker = ticker;
    this.load = load;
  }

  /**
   * Returns the keys of development: one key, made when there is none yet, in {@code
   * <data>/keys/development.json}, which only its owner may read. Blocks; for use at start.
   *
   * @throws KeyException if it cannot be made or read
   */
  public static TokenKeys development(Path data) throws KeyException {
    var file = data.resolve("keys").resolve("development.json");
    try {
      if (!Files.exists(file)) {
        make(file);
      }
      return of(Files.readString(file));
    } catch (IOException unreadable) {
      throw new KeyException("no development key in " + file + ": " + unreadable, unreadable);
    }
  }

  /**
   * Returns keys that never change, from the text of a JWK set or of PEM blocks.
   *
   * @throws KeyException if the text holds none
   */
  public static TokenKeys of(String text) throws KeyException {
    var fixed = new TokenKeys("text", Ticker.system(), () -> Future.succeededFuture(text));
    fixed.keys = KeyText.read(text);
    fixed.text = text;
    return fixed;
  }

  /**
   * Returns the keys of a file, a JWK set or PEM blocks of which the first signs, which is looked
   * at again every {@link MeshLimits#KEY_FILE_INTERVAL}.
   *
   * @return fails with a {@link KeyException} if there are none in it now
   */
  public static Future<TokenKeys> ofFile(Vertx vertx, Path file, Time time) {
    var keys = new TokenKeys(file.toString(), time.ticker(), () -> read(vertx, file));
    return keys.refresh()
        .onSuccess(done -> keys.watch(time, MeshLimits.KEY_FILE_INTERVAL))
        .map(keys);
  }

  /**
   * Returns the keys of a JWKS URL, which is asked again every {@link MeshLimits#JWKS_INTERVAL},
   * and for a key that is not known. When the source is away at first, there are no keys yet and
   * tokens cannot be checked; it is asked again soon.
   *
   * @throws KeyException if the URL is not of https, nor of this host
   */
  public static Future<TokenKeys> ofUrl(Vertx vertx, URI url, Time time) throws KeyException {
    var remote = new KeyUrl(vertx, url, time);
    var keys = new TokenKeys(url.toString(), time.ticker(), remote::fetch);
    return keys.refresh()
        .otherwiseEmpty() // Said in the log; asked again by the watch.
        .onSuccess(done -> keys.watch(time, MeshLimits.JWKS_INTERVAL))
        .map(keys);
  }

  /** Returns whether tokens can be issued with these keys, and not only checked. */
  public boolean signs() {
    return keys.signing() != null;
  }

  /** Takes no notice of the source any more. */
  public void close() {
    closed = true;
    var last = next;
    if (last != null) {
      last.cancel();
    }
  }

  /** Returns the keys as they are now. */
  KeySet now() {
    return keys;
  }

  /**
   * Asks the source again, unless that was done within {@link MeshLimits#KEYS_ASKED_INTERVAL}: a
   * token of an unknown key must not be a way to make this node call another.
   *
   * @return completes when the keys are as new as they are going to be, on any thread
   */
  synchronized Future<Void> ask() {
    if (loading != null && !loading.isComplete()) {
      return loading.otherwiseEmpty();
    }
    boolean lately =
        loading != null && ticker.nanos() - loadedNanos < MeshLimits.KEYS_ASKED_INTERVAL.toNanos();
    return lately ? Future.succeededFuture() : refresh().otherwiseEmpty();
  }

  /** Loads the keys anew. */
  synchronized Future<Void> refresh() {
    Promise<Void> done = Promise.promise();
    loading = done.future();
    loadedNanos = ticker.nanos();
    load.get().<Void>compose(this::take).onFailure(this::complain).onComplete(done);
    return done.future();
  }

  private synchronized Future<Void> take(String loaded) {
    if (loaded.equals(text)) {
      return Future.succeededFuture();
    }
    try {
      keys = KeyText.read(loaded);
      text = loaded;
    } catch (KeyException bad) {
      return Future.failedFuture(bad);
    }
    log.info("Took the keys of tokens from {}", source);
    return Future.succeededFuture();
  }

  private void complain(Throwable why) {
    log.warn(
        "The keys of tokens stay as they are: {} gave none. {}: {}",
        source,
        keys.isEmpty() ? "There are none, so no token can be checked" : "Those there are hold",
        why.getMessage());
  }

  private void watch(Time time, Duration interval) {
    if (closed) {
      return;
    }
    var wait = keys.isEmpty() ? MeshLimits.KEYS_ASKED_INTERVAL : interval;
    next = time.timers().after(wait, () -> refresh().onComplete(loaded -> watch(time, interval)));
  }

  private static Future<String> read(Vertx vertx, Path file) {
    return vertx.executeBlocking(
        () -> {
          try {
            if (Files.size(file) > MeshLimits.KEYS_MAX_BYTES) {
              throw new KeyException(
                  file + " is larger than " + MeshLimits.KEYS_MAX_BYTES + " bytes");
            }
            return Files.readString(file);
          } catch (IOException unreadable) {
            throw new KeyException(file + " cannot be read: " + unreadable, unreadable);
          }
        });
  }

  /** Makes the file whole before it has its name, as several nodes of a host may start at once. */
  private static void make(Path file) throws IOException, KeyException {
    var folder = file.toAbsolutePath().getParent();
    Files.createDirectories(folder);
    var owner = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
    var draft = Files.createTempFile(folder, "development", ".new", owner);
    try {
      Files.writeString(draft, KeyText.fresh());
      Files.createLink(file, draft);
    } catch (FileAlreadyExistsException another) {
      log.debug("Another node has just made {}", file);
    } finally {
      Files.delete(draft);
    }
  }
}
