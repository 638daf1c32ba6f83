package io.weft.users;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.weft.mesh.MeshFailure;
import io.weft.mesh.security.Role;
import io.weft.users.api.Secret;
import io.weft.users.api.Users;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.UUID;
import java.util.regex.Pattern;

/** The two kinds of machines that have a credential: how theirs look, and what they can do. */
enum MachineKind {
  /** A program that asks for tokens with an id and a secret. */
  CLIENT("users.clients", "client.not_found", Role.OPERATOR) {
    @Override
    Secret shown(UUID id, String secret) {
      return new Secret(secret);
    }
  },
  /** A device that sends one key with everything that it asks. */
  API_KEY("users.api-keys", "api_key.not_found", Role.DEVICE) {
    @Override
    Secret shown(UUID id, String secret) {
      return new Secret(Users.API_KEY_PREFIX + id.toString().replace("-", "") + "_" + secret);
    }
  };

  private static final SecureRandom RANDOM = new SecureRandom();
  private static final Pattern KEY =
      Pattern.compile(Users.API_KEY_PREFIX + "([0-9a-f]{32})_([A-Za-z0-9_-]{43})");

  private final String list;
  private final String notFoundCode;
  private final Role most;

  MachineKind(String list, String notFoundCode, Role most) {
    this.list = list;
    this.notFoundCode = notFoundCode;
    this.most = most;
  }

  /** Returns a credential's secret as its owner gets it. */
  abstract Secret shown(UUID id, String secret);

  /** Returns the name of the operation that lists them, which their cursors are bound to. */
  String list() {
    return list;
  }

  /** Returns the role of which its scopes are. */
  Role most() {
    return most;
  }

  MeshFailure.Application notFound() {
    return new MeshFailure.Application(notFoundCode, "nothing has this id");
  }

  /** Returns a new secret: random bits in base64url. */
  static String newSecret() {
    byte[] bytes = new byte[UsersLimits.SECRET_BYTES];
    RANDOM.nextBytes(bytes);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  /**
   * Returns what is stored of a secret. One pass of SHA-256 is enough where it would not be for a
   * password: a fast hash helps who tries the likely ones, and of 256 random bits none is likely.
   */
  static byte[] digest(String secret) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(secret.getBytes(UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  /**
   * An API key, taken apart.
   *
   * @param id of the key
   * @param secret what shows that it is this key
   */
  record Key(UUID id, String secret) {
    /** Returns the parts of a key; fails with {@code api_key.invalid} if it is none of ours. */
    static Key of(Secret key) {
      var parts = KEY.matcher(key.reveal());
      if (!parts.matches()) {
        throw UserFailures.apiKeyInvalid();
      }
      String hex = parts.group(1);
      return new Key(
          new UUID(Long.parseUnsignedLong(hex, 0, 16, 16), Long.parseUnsignedLong(hex, 16, 32, 16)),
          parts.group(2));
    }

    @Override
    public String toString() {
      return "key " + id;
    }
  }
}
