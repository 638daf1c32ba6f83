package io.weft.mesh.link;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.vertx.core.buffer.Buffer;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * What a hub keeps of a code that lets one site join it, once, until it expires.
 *
 * @param id what it is found by: says nothing of the code's secret
 * @param site the name that the site gets
 * @param proofKey what the proof of whoever has the code is checked with; good for nothing else,
 *     but for that as good as the code
 * @param expires from when on it is of no use, by the hub's clock alone
 * @param usedBy the key that joined with it; null while nobody has
 */
public record Invitation(
    String id, String site, Buffer proofKey, Instant expires, @Nullable SitePublicKey usedBy) {
  private static final int SECRET_BYTES = 16;
  private static final int CHECK_BYTES = 4;
  private static final byte CODE_VERSION = 1;
  private static final byte[] ID = "weft.link.invitation".getBytes(UTF_8);
  private static final String PROOF = "weft.link.join";
  private static final SecureRandom RANDOM = new SecureRandom();

  /**
   * What a site that joins has: all that it needs to find its hub, to know it, and to be let in.
   *
   * @param hub where the hub is
   * @param key the key that the hub must have
   * @param site the name that this site gets
   * @param secret 16 bytes that nobody else has
   */
  public record Code(HubAddress hub, SitePublicKey key, String site, Buffer secret) {
    /** Returns a fresh code. */
    public static Code create(HubAddress hub, SitePublicKey key, String site) {
      SiteName.check(site);
      var secret = new byte[SECRET_BYTES];
      RANDOM.nextBytes(secret);
      return new Code(hub, key, site, Buffer.buffer(secret));
    }

    /**
     * Reads what {@link #text} wrote.
     *
     * @throws IllegalArgumentException if it is not whole
     */
    public static Code of(String text) {
      byte[] all;
      try {
        all = Base64.getUrlDecoder().decode(text.strip());
      } catch (IllegalArgumentException e) {
        throw broken(e);
      }
      int end = all.length - CHECK_BYTES;
      if (end < 1
          || !Arrays.equals(
              check(Arrays.copyOf(all, end)), Arrays.copyOfRange(all, end, all.length))) {
        throw broken(null);
      }
      if (all[0] != CODE_VERSION) {
        throw new IllegalArgumentException(
            "a code of version " + all[0] + " (expected: " + CODE_VERSION + ", of this release)");
      }
      Code code;
      try {
        code = read(new LinkBytes(Buffer.buffer(Arrays.copyOfRange(all, 1, end))));
      } catch (LinkException e) {
        throw broken(e);
      }
      if (!code.text().equals(text.strip())) {
        throw broken(null); // The rest means nothing, as do some bits of the last character.
      }
      return code;
    }

    private static Code read(LinkBytes from) {
      boolean tls = from.get8() != 0;
      var host = from.text(from.get8());
      var hub = new HubAddress(host, from.get16(), tls);
      var key = SitePublicKey.of(from.bytes(LinkFormat.KEY_BYTES));
      var site = SiteName.check(from.text(from.get8()));
      return new Code(hub, key, site, from.slice(SECRET_BYTES));
    }

    private static IllegalArgumentException broken(@Nullable Throwable cause) {
      return new IllegalArgumentException(
          "not a whole code of an invitation (expected: all of what the hub printed)", cause);
    }

    /** Returns the code as people carry it: letters, digits, - and _. */
    public String text() {
      var host = hub.host().getBytes(UTF_8);
      var name = site.getBytes(UTF_8);
      var bytes =
          Buffer.buffer()
              .appendByte(CODE_VERSION)
              .appendByte((byte) (hub.tls() ? 1 : 0))
              .appendByte((byte) host.length)
              .appendBytes(host)
              .appendShort((short) hub.port())
              .appendBytes(key.bytes())
              .appendByte((byte) name.length)
              .appendBytes(name)
              .appendBuffer(secret);
      bytes.appendBytes(check(bytes.getBytes()));
      return encode(bytes.getBytes());
    }

    private static String encode(byte[] bytes) {
      return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    /** Returns what the hub keeps of it. */
    public Invitation invitation(Instant expires) {
      return new Invitation(id(digest()), site, proofKey(), expires, null);
    }

    /** Returns what the hub finds it by: a digest, from which nobody gets the secret. */
    Buffer digest() {
      return Buffer.buffer(SitePublicKey.sha256(ID, secret.getBytes()));
    }

    Buffer proofKey() {
      return Buffer.buffer(KeyAgreementPair.derive(secret.getBytes(), ID, PROOF));
    }

    private static byte[] check(byte[] bytes) {
      return Arrays.copyOf(SitePublicKey.sha256(bytes), CHECK_BYTES);
    }

    /** Leaves the secret out, so that it never gets into a log. */
    @Override
    public String toString() {
      return "Code[" + site + " to " + hub + "]";
    }
  }

  /** Returns a digest as the text that it is kept by. */
  static String id(Buffer digest) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(digest.getBytes());
  }

  /** Returns the proof of whoever has the code, for a text: 32 bytes. */
  static Buffer proof(Buffer proofKey, Buffer text) {
    return Buffer.buffer(KeyAgreementPair.hmac(proofKey.getBytes(), text.getBytes()));
  }

  /** Returns whether a proof is one, in a time that says nothing of the right one. */
  boolean proves(Buffer text, Buffer proof) {
    return MessageDigest.isEqual(proof(proofKey, text).getBytes(), proof.getBytes());
  }

  /** Leaves the key of the proof out, so that it never gets into a log. */
  @Override
  public String toString() {
    return "Invitation[" + site + " until " + expires + "]";
  }
}
