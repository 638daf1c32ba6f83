package io.weft.ledger;

import io.vertx.core.Future;
import io.weft.mesh.MeshFailure;
import java.nio.charset.StandardCharsets;
import java.security.InvalidKeyException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Where a page of a list ends, as a text that only this service can make.
 *
 * <p>A cursor is base64url of an authentication code and the position, and is bound to its list and
 * filters. The key lies in the service's schema, so every instance reads the cursors of the others.
 * Safe for use by many threads.
 */
public final class Cursors {
  private static final String ALGORITHM = "HmacSHA256";
  private static final String SEPARATOR = "\n";

  private final SecretKeySpec key;

  /** Creates cursors that are authenticated by a key of at least one byte. */
  public Cursors(byte[] key) {
    this.key = new SecretKeySpec(key, ALGORITHM);
  }

  /** Reads the key of a service from its schema. */
  public static Future<Cursors> load(Database database) {
    return database
        .withConnection(connection -> connection.query("select key from cursor_key").execute())
        .map(rows -> new Cursors(rows.iterator().next().getBuffer("key").getBytes()));
  }

  /**
   * Returns the cursor of a position.
   *
   * @param list the list and its filters; the cursor is valid for no other
   * @param position the sort key of the last item of the page; no text in it may hold a line break
   */
  public String encode(String list, List<String> position) {
    byte[] bytes = String.join(SEPARATOR, position).getBytes(StandardCharsets.UTF_8);
    byte[] code = code(list, bytes);
    byte[] cursor = Arrays.copyOf(code, code.length + bytes.length);
    System.arraycopy(bytes, 0, cursor, code.length, bytes.length);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(cursor);
  }

  /**
   * Returns the position of a cursor.
   *
   * @throws MeshFailure.Application {@code cursor.invalid} when this service did not make the
   *     cursor, or made it for another list
   */
  public List<String> decode(String list, String cursor) {
    byte[] bytes = bytes(cursor);
    if (bytes.length < LedgerLimits.CURSOR_MAC_BYTES) {
      throw invalid();
    }
    byte[] code = Arrays.copyOf(bytes, LedgerLimits.CURSOR_MAC_BYTES);
    byte[] position = Arrays.copyOfRange(bytes, LedgerLimits.CURSOR_MAC_BYTES, bytes.length);
    if (!MessageDigest.isEqual(code, code(list, position))) {
      throw invalid();
    }
    return List.of(new String(position, StandardCharsets.UTF_8).split(SEPARATOR, -1));
  }

  private static byte[] bytes(String cursor) {
    if (cursor.length() > LedgerLimits.CURSOR_MAX_CHARS) {
      throw invalid();
    }
    try {
      byte[] bytes = Base64.getUrlDecoder().decode(cursor);
      // More than one text decodes to the same bytes; only the one that we write is ours.
      if (!Base64.getUrlEncoder().withoutPadding().encodeToString(bytes).equals(cursor)) {
        throw invalid();
      }
      return bytes;
    } catch (IllegalArgumentException e) {
      throw invalid();
    }
  }

  private byte[] code(String list, byte[] position) {
    try {
      var mac = Mac.getInstance(ALGORITHM);
      mac.init(key);
      mac.update(list.getBytes(StandardCharsets.UTF_8));
      mac.update((byte) 0);
      return Arrays.copyOf(mac.doFinal(position), LedgerLimits.CURSOR_MAC_BYTES);
    } catch (NoSuchAlgorithmException | InvalidKeyException e) {
      throw new IllegalStateException("every Java has HMAC-SHA256", e);
    }
  }

  private static MeshFailure.Application invalid() {
    return new MeshFailure.Application(
        "cursor.invalid",
        "the cursor is not one of this list (expected: the next of an earlier page, as it was)",
        "/cursor");
  }
}
