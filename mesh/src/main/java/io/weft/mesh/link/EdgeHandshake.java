package io.weft.mesh.link;

import io.vertx.core.buffer.Buffer;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The edge's part in the handshake of one connection: what to say, and whether what the hub says
 * shows that it is the hub.
 *
 * <p>It goes {@link #hello}, {@link #challenged}, {@link #welcomed}. For one thread.
 */
final class EdgeHandshake {
  private final String site;
  private final SiteKey key;
  private final SitePublicKey hub;
  private final KeyAgreementPair fresh = new KeyAgreementPair();
  private final Transcript transcript = new Transcript();
  private @Nullable Seals seals;
  private String hubSite = "";

  /**
   * Begins a handshake.
   *
   * @param hub the key that the hub must have, from the invitation
   */
  EdgeHandshake(String site, SiteKey key, SitePublicKey hub) {
    this.site = site;
    this.key = key;
    this.hub = hub;
  }

  Buffer hello() {
    var hello =
        new Greeting.Hello(
                LinkFormat.VERSION_MIN, LinkFormat.VERSION_MAX, site, key.shown(), fresh.shown())
            .bytes();
    transcript.add(hello);
    return hello;
  }

  /**
   * Answers what came instead of, or after, a hello.
   *
   * @return the proof to send
   * @throws LinkException if the hub refuses, or is another one
   */
  Buffer challenged(Buffer message, LinkEpoch epoch, UUID session, long received) {
    if (!(read(message) instanceof Greeting.Challenge challenge)) {
      throw LinkException.malformed("an answer to HELLO that is none (expected: CHALLENGE)");
    }
    if (!challenge.key().equals(hub)) {
      throw new LinkException(
          LinkReason.NOT_PROVED,
          "the hub showed the key "
              + challenge.key().fingerprint()
              + " (expected: "
              + hub.fingerprint()
              + ", from the invitation)");
    }
    if (challenge.version() < LinkFormat.VERSION_MIN
        || challenge.version() > LinkFormat.VERSION_MAX) {
      throw new LinkException(
          LinkReason.VERSION,
          "the hub chose version "
              + challenge.version()
              + " (expected: "
              + LinkFormat.VERSION_MIN
              + " to "
              + LinkFormat.VERSION_MAX
              + ")");
    }
    hubSite = challenge.site();
    transcript.add(message);
    seals = Seals.ofEdge(fresh.agree(challenge.fresh()), transcript.salt());
    return transcript.sign(
        Transcript.EDGE, key, new Greeting.Proof(epoch, session, received).bytes());
  }

  /**
   * Reads the hub's last word.
   *
   * @throws LinkException if the hub refuses, or has not shown that it is the hub
   */
  Greeting.Welcome welcomed(Buffer message) {
    if (Greeting.read(message) instanceof Greeting.Refused refused) {
      if (refused.reason().isFinal()) {
        // Only what the hub has signed may make an edge give up; the rest is no worse than a cut.
        transcript.verify(Transcript.HUB, hub, message);
      }
      throw refusal(refused);
    }
    if (!(Greeting.read(message) instanceof Greeting.Welcome welcome)) {
      throw LinkException.malformed("an answer to PROOF that is none (expected: WELCOME)");
    }
    transcript.verify(Transcript.HUB, hub, message);
    return welcome;
  }

  /** Returns the name of the hub's site, once it has shown its key. */
  String hubSite() {
    return hubSite;
  }

  /** Returns what the connection's messages are closed with, after a challenge. */
  Seals seals() {
    if (seals == null) {
      throw new IllegalStateException("no seals yet (expected: a challenge before)");
    }
    return seals;
  }

  private static Greeting read(Buffer message) {
    var greeting = Greeting.read(message);
    if (greeting instanceof Greeting.Refused refused) {
      var refusal = refusal(refused);
      throw refusal.reason().isFinal()
          ? new LinkException(
              LinkReason.NOT_PROVED, refusal.reason() + " without proof: " + refusal.getMessage())
          : refusal;
    }
    return greeting;
  }

  private static LinkException refusal(Greeting.Refused refused) {
    return new LinkException(
        refused.reason(),
        refused.reason() == LinkReason.VERSION
            ? "the hub speaks versions %d to %d (this node: %d to %d): %s"
                .formatted(
                    refused.versionMin(),
                    refused.versionMax(),
                    LinkFormat.VERSION_MIN,
                    LinkFormat.VERSION_MAX,
                    refused.message())
            : refused.message(),
        refused.term());
  }
}
