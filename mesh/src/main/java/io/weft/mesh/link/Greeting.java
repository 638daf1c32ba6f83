package io.weft.mesh.link;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.vertx.core.buffer.Buffer;
import io.weft.mesh.MeshLimits;
import java.util.UUID;

/**
 * What the two sides of a link say before they believe each other; each is one WebSocket message.
 *
 * <p>What a later version adds stands behind what this one reads, and is skipped; signatures cover
 * it all the same, as they are of the bytes.
 */
public sealed interface Greeting {
  /** The session that an edge without one asks for: a new one. */
  UUID NO_SESSION = new UUID(0, 0);

  /**
   * The edge begins.
   *
   * @param versionMin the lowest version that it speaks
   * @param versionMax the highest
   * @param fresh its key of this connection, 32 bytes
   */
  record Hello(int versionMin, int versionMax, String site, SitePublicKey key, Buffer fresh)
      implements Greeting {}

  /**
   * The hub names the version that is spoken from here on.
   *
   * @param fresh its key of this connection, 32 bytes
   */
  record Challenge(int version, String site, SitePublicKey key, Buffer fresh) implements Greeting {}

  /**
   * The edge proves who it is, and says where it was.
   *
   * @param epoch which of the links of its site it is
   * @param session the session to go on with, or {@link #NO_SESSION}
   * @param received the last message of that session that it took
   */
  record Proof(LinkEpoch epoch, UUID session, long received) implements Greeting {}

  /**
   * The hub proves who it is, and says how it goes on.
   *
   * @param resumed whether the session is the one that the edge asked for
   * @param received the last message of it that the hub took
   */
  record Welcome(boolean resumed, UUID session, long received) implements Greeting {}

  /**
   * The hub does not go on.
   *
   * @param versionMin the lowest version that it speaks
   * @param versionMax the highest
   * @param term the greatest term that it knows of the site; 0 if it does not say
   */
  record Refused(LinkReason reason, int versionMin, int versionMax, long term, String message)
      implements Greeting {}

  /**
   * A site that has the code of an invitation asks to be enrolled.
   *
   * @param id what the invitation is found by, 32 bytes
   * @param key what the site is to be known by
   * @param proof that it has the code: of all bytes before it, 32 bytes
   */
  record Join(int versionMin, int versionMax, Buffer id, SitePublicKey key, Buffer proof)
      implements Greeting {
    /** Where the proof begins, and what it is of ends. */
    static final int PROOF_AT = LinkFormat.PREFIX_BYTES + 2 + 2 * LinkFormat.KEY_BYTES;

    /** Returns the bytes of a site that has a code. */
    static Buffer of(Invitation.Code code, SitePublicKey key) {
      var unproved =
          new Join(
                  LinkFormat.VERSION_MIN,
                  LinkFormat.VERSION_MAX,
                  code.digest(),
                  key,
                  Buffer.buffer())
              .bytes();
      return unproved.copy().appendBuffer(Invitation.proof(code.proofKey(), unproved));
    }
  }

  /** The hub has enrolled it; a signature is behind it. */
  record Joined(String site) implements Greeting {}

  /** Returns the bytes; those that are signed still want their signature behind them. */
  default Buffer bytes() {
    var to = Buffer.buffer().appendByte(LinkFormat.MAGIC);
    if (this instanceof Hello hello) {
      to.appendByte(LinkFormat.HELLO)
          .appendByte((byte) hello.versionMin)
          .appendByte((byte) hello.versionMax);
      party(to, hello.site, hello.key, hello.fresh);
    } else if (this instanceof Challenge challenge) {
      to.appendByte(LinkFormat.CHALLENGE).appendByte((byte) challenge.version);
      party(to, challenge.site, challenge.key, challenge.fresh);
    } else if (this instanceof Proof proof) {
      to.appendByte(LinkFormat.PROOF)
          .appendLong(proof.epoch.term())
          .appendLong(proof.epoch.connection());
      place(to, proof.session, proof.received);
    } else if (this instanceof Welcome welcome) {
      to.appendByte(LinkFormat.WELCOME)
          .appendByte((byte) (welcome.resumed ? LinkFormat.WELCOME_RESUMED : 0));
      place(to, welcome.session, welcome.received);
    } else if (this instanceof Join join) {
      to.appendByte(LinkFormat.JOIN)
          .appendByte((byte) join.versionMin)
          .appendByte((byte) join.versionMax)
          .appendBuffer(join.id)
          .appendBytes(join.key.bytes())
          .appendBuffer(join.proof);
    } else if (this instanceof Joined joined) {
      name(to.appendByte(LinkFormat.JOINED), joined.site);
    } else if (this instanceof Refused refused) {
      refused(to.appendByte(LinkFormat.REFUSED), refused);
    }
    return to;
  }

  /**
   * Reads what came.
   *
   * @throws LinkException if it is none of these
   */
  static Greeting read(Buffer bytes) {
    if (bytes.length() > MeshLimits.LINK_HANDSHAKE_MAX_BYTES) {
      throw LinkException.malformed(
          "a greeting of "
              + bytes.length()
              + " bytes (limit: "
              + MeshLimits.LINK_HANDSHAKE_MAX_BYTES
              + ")");
    }
    var from = new LinkBytes(bytes);
    int magic = from.get8();
    int type = from.get8();
    if (magic != LinkFormat.MAGIC) {
      throw LinkException.malformed("bytes " + magic + ", " + type + " (expected: a greeting)");
    }
    return switch (type) {
      case LinkFormat.HELLO ->
          new Hello(from.get8(), from.get8(), site(from), key(from), digest(from));
      case LinkFormat.CHALLENGE -> new Challenge(from.get8(), site(from), key(from), digest(from));
      case LinkFormat.PROOF ->
          new Proof(
              new LinkEpoch(from.number(), from.number()),
              new UUID(from.get64(), from.get64()),
              from.number());
      case LinkFormat.WELCOME ->
          new Welcome(
              (from.get8() & LinkFormat.WELCOME_RESUMED) != 0,
              new UUID(from.get64(), from.get64()),
              from.number());
      case LinkFormat.REFUSED ->
          new Refused(
              LinkReason.of(from.get8()),
              from.get8(),
              from.get8(),
              from.number(),
              from.text(from.get16()));
      case LinkFormat.JOIN ->
          new Join(from.get8(), from.get8(), digest(from), key(from), digest(from));
      case LinkFormat.JOINED -> new Joined(site(from));
      default -> throw LinkException.malformed("type " + type + " (expected: a greeting)");
    };
  }

  private static void party(Buffer to, String site, SitePublicKey key, Buffer fresh) {
    name(to, site);
    to.appendBytes(key.bytes()).appendBuffer(fresh);
  }

  private static void name(Buffer to, String site) {
    var name = site.getBytes(UTF_8);
    to.appendByte((byte) name.length).appendBytes(name);
  }

  private static void place(Buffer to, UUID session, long received) {
    to.appendLong(session.getMostSignificantBits())
        .appendLong(session.getLeastSignificantBits())
        .appendLong(received);
  }

  private static void refused(Buffer to, Refused refused) {
    var message = LinkBytes.cut(refused.message).getBytes(UTF_8);
    to.appendByte((byte) refused.reason.code())
        .appendByte((byte) refused.versionMin)
        .appendByte((byte) refused.versionMax)
        .appendLong(refused.term)
        .appendShort((short) message.length)
        .appendBytes(message);
  }

  private static String site(LinkBytes from) {
    return SiteName.check(from.text(from.get8()));
  }

  private static SitePublicKey key(LinkBytes from) {
    try {
      return SitePublicKey.of(from.bytes(LinkFormat.KEY_BYTES));
    } catch (IllegalArgumentException e) {
      throw LinkException.malformed("bytes that are no key: " + e.getMessage());
    }
  }

  private static Buffer digest(LinkBytes from) {
    return from.slice(LinkFormat.KEY_BYTES);
  }
}
