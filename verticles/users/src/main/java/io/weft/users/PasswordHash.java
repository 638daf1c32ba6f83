package io.weft.users;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bouncycastle.crypto.generators.Argon2BytesGenerator;
import org.bouncycastle.crypto.params.Argon2Parameters;
import org.jspecify.annotations.Nullable;

/**
 * The hash of a password, by Argon2id (RFC 9106), with the cost at which it was made.
 *
 * <p>As text it has the form in which everybody stores it: {@code
 * $argon2id$v=19$m=19456,t=2,p=1$salt$hash}. Making and comparing one takes tens of milliseconds
 * and as much memory as its cost says: not for an event loop.
 */
final class PasswordHash {
  /** What hashes are made with now. */
  static final Cost COST = new Cost(UsersLimits.HASH_MEMORY_KIB, UsersLimits.HASH_PASSES);

  private static final SecureRandom RANDOM = new SecureRandom();
  private static final Pattern FORM =
      Pattern.compile(
          "\\$argon2id\\$v=19\\$m=(\\d{1,7}),t=(\\d{1,3}),p=1"
              + "\\$([A-Za-z0-9+/]{11,86})\\$([A-Za-z0-9+/]{22,86})");

  /** What is compared with when there is no hash, so that the answer takes as long. */
  private static final PasswordHash NOBODY =
      new PasswordHash(COST, new byte[UsersLimits.SALT_BYTES], new byte[UsersLimits.HASH_BYTES]);

  private final Cost cost;
  private final byte[] salt;
  private final byte[] hash;

  private PasswordHash(Cost cost, byte[] salt, byte[] hash) {
    this.cost = cost;
    this.salt = salt;
    this.hash = hash;
  }

  /**
   * What a hash costs.
   *
   * @param memoryKib the memory that it takes, in KiB
   * @param passes how often that is gone through
   */
  record Cost(int memoryKib, int passes) {}

  /** Returns a new hash of a password, with a salt of its own. */
  static PasswordHash of(String password, Cost cost) {
    byte[] salt = new byte[UsersLimits.SALT_BYTES];
    RANDOM.nextBytes(salt);
    return new PasswordHash(cost, salt, argon2(password, cost, salt, UsersLimits.HASH_BYTES));
  }

  /**
   * Returns the hash of a password with a salt that is known, so that two of them can be compared.
   *
   * @param salt of any length; what is hashed with it must be hashed nowhere else
   */
  static PasswordHash salted(String password, byte[] salt) {
    byte[] cut = Arrays.copyOf(salt, UsersLimits.SALT_BYTES);
    return new PasswordHash(COST, cut, argon2(password, COST, cut, UsersLimits.HASH_BYTES));
  }

  /**
   * Returns the hash that was stored for an account, or one that nothing matches when there is
   * none.
   *
   * @throws IllegalStateException if it is not a hash of ours; the message does not hold it
   */
  static PasswordHash stored(@Nullable String text) {
    if (text == null) {
      return NOBODY;
    }
    Matcher form = FORM.matcher(text);
    if (!form.matches()) {
      throw new IllegalStateException("a stored password is no hash by Argon2id");
    }
    var cost = new Cost(Integer.parseInt(form.group(1)), Integer.parseInt(form.group(2)));
    if (cost.memoryKib() < 8
        || cost.memoryKib() > UsersLimits.HASH_MEMORY_MAX_KIB
        || cost.passes() < 1
        || cost.passes() > UsersLimits.HASH_PASSES_MAX) {
      throw new IllegalStateException("a stored password has " + cost);
    }
    var base64 = Base64.getDecoder();
    return new PasswordHash(cost, base64.decode(form.group(3)), base64.decode(form.group(4)));
  }

  /** Returns whether this is the hash of a password. */
  boolean matches(String password) {
    byte[] other = argon2(password, cost, salt, hash.length);
    return MessageDigest.isEqual(hash, other) && this != NOBODY;
  }

  /** Returns whether it was made at another cost than hashes are now. */
  boolean outdated() {
    return !cost.equals(COST);
  }

  /** Returns the hash with its cost and salt, as it is stored. */
  String text() {
    var base64 = Base64.getEncoder().withoutPadding();
    return "$argon2id$v=19$m=%d,t=%d,p=1$%s$%s"
        .formatted(
            cost.memoryKib(),
            cost.passes(),
            base64.encodeToString(salt),
            base64.encodeToString(hash));
  }

  @Override
  public String toString() {
    return "(hash of a password at " + cost + ")";
  }

  private static byte[] argon2(String password, Cost cost, byte[] salt, int bytes) {
    var generator = new Argon2BytesGenerator();
    generator.init(
        new Argon2Parameters.Builder(Argon2Parameters.ARGON2_id)
            .withVersion(Argon2Parameters.ARGON2_VERSION_13)
            .withMemoryAsKB(cost.memoryKib())
            .withIterations(cost.passes())
            .withParallelism(1)
            .withSalt(salt)
            .build());
    byte[] hash = new byte[bytes];
    generator.generateBytes(password.getBytes(UTF_8), hash);
    return hash;
  }
}
