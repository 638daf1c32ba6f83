package io.weft.node;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.weft.mesh.security.KeyException;
import io.weft.mesh.security.TokenKeys;
import io.weft.mesh.security.Tokens;
import io.weft.mesh.time.Time;
import io.weft.node.settings.Settings;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The keys of tokens that settings name: of a file, of a URL, or of development. */
public final class Keys {
  private static final Logger LOG = LoggerFactory.getLogger(Keys.class);
  private static final String FILE = "security.keyFile";
  private static final String URL = "security.jwksUrl";

  private Keys() {}

  /**
   * Opens the keys for as long as a node runs: they change with their source.
   *
   * @return fails with a {@link StartFailure}
   */
  static Future<TokenKeys> open(Settings settings, Vertx vertx, Time time) {
    return keys(settings, vertx, time)
        .recover(e -> Future.failedFuture(new StartFailure("security: " + e.getMessage(), e)));
  }

  private static Future<TokenKeys> keys(Settings settings, Vertx vertx, Time time) {
    if (isSet(settings, FILE) && isSet(settings, URL)) {
      return Future.failedFuture(new KeyException(FILE + " and " + URL + " (expected: one)"));
    }
    if (isSet(settings, FILE)) {
      return TokenKeys.ofFile(vertx, settings.path(FILE), time);
    }
    if (isSet(settings, URL)) {
      try {
        return TokenKeys.ofUrl(vertx, URI.create(settings.text(URL)), time);
      } catch (KeyException | IllegalArgumentException e) {
        return Future.failedFuture(e);
      }
    }
    var data = settings.path("node.data");
    return vertx
        .executeBlocking(() -> TokenKeys.development(data))
        .onSuccess(
            keys ->
                LOG.warn(
                    "tokens are signed with the key of development in {}: whoever reads it is an"
                        + " operator; in production set {} or {}",
                    data.resolve("keys"),
                    FILE,
                    URL));
  }

  /** Returns what issues and checks tokens with keys, as settings say. */
  static Tokens tokens(Settings settings, TokenKeys keys, Time time) {
    return new Tokens(
        keys, settings.text("security.issuer"), settings.text("security.audience"), time);
  }

  /**
   * Returns what issues tokens that nodes with the same settings take. Blocks; for commands.
   *
   * @throws StartFailure if this host has no key that signs
   */
  public static Tokens tokens(Settings settings, Time time) {
    if (isSet(settings, URL)) {
      throw new StartFailure(
          "tokens are issued by whoever has the keys of " + settings.text(URL) + ": ask there");
    }
    try {
      var keys =
          isSet(settings, FILE)
              ? TokenKeys.of(Files.readString(settings.path(FILE)))
              : TokenKeys.development(settings.path("node.data"));
      if (!keys.signs()) {
        throw new StartFailure("the first key of " + settings.text(FILE) + " does not sign");
      }
      return tokens(settings, keys, time);
    } catch (KeyException | IOException e) {
      throw new StartFailure("security: " + e.getMessage(), e);
    }
  }

  private static boolean isSet(Settings settings, String key) {
    return !settings.text(key).isEmpty();
  }
}
