package io.weft.mesh.link;

import io.vertx.core.buffer.Buffer;
import io.weft.mesh.MeshLimits;

/**
 * One batch that arrived: what it acknowledges, then its entries in their order.
 *
 * <p>Every length is checked against what is there before it is used. Types of entries that this
 * version does not know are skipped. For one thread.
 */
public final class BatchReader {
  private final LinkBytes from;
  private final long acknowledged;
  private long inflated;

  /** What is told of the entries. */
  public interface Entries {
    /**
     * A message of the session.
     *
     * @param packed a view of the batch
     */
    void message(long number, Packed packed);

    /** A question for a sign of life. */
    void ping(long token);

    /** The answer to one. */
    void pong(long token);

    /** Nothing comes after this batch. */
    void goodbye(LinkReason reason, String message);
  }

  /**
   * Reads the beginning of a batch.
   *
   * @throws LinkException if it is none
   */
  public BatchReader(Buffer batch) {
    if (batch.length() > MeshLimits.LINK_BATCH_MAX_BYTES) {
      throw LinkException.malformed(
          "a batch of "
              + batch.length()
              + " bytes (limit: "
              + MeshLimits.LINK_BATCH_MAX_BYTES
              + ")");
    }
    from = new LinkBytes(batch);
    acknowledged = from.number();
  }

  /** Returns the last message that the other side has taken, 0 for none. */
  public long acknowledged() {
    return acknowledged;
  }

  /**
   * Tells of all entries.
   *
   * @throws LinkException at the first that cannot be read; those before it have been told
   */
  public void read(Entries entries) {
    while (from.left() > 0) {
      int type = from.get8();
      var entry = from.slice(from.length());
      read(type, new LinkBytes(entry), entries);
    }
  }

  private void read(int type, LinkBytes entry, Entries entries) {
    switch (type) {
      case LinkFormat.ENTRY_MESSAGE -> {
        long number = entry.number();
        boolean deflated = (entry.get8() & LinkFormat.MESSAGE_DEFLATED) != 0;
        var packed = new Packed(deflated, entry.slice(entry.left()));
        inflate(packed);
        entries.message(number, packed);
      }
      case LinkFormat.ENTRY_PING -> entries.ping(entry.get64());
      case LinkFormat.ENTRY_PONG -> entries.pong(entry.get64());
      case LinkFormat.ENTRY_GOODBYE -> {
        var reason = LinkReason.of(entry.get8());
        entries.goodbye(reason, entry.text(entry.left()));
      }
      default -> {} // Of a later version, which is content with that.
    }
  }

  /** Few bytes may say that they are many: a batch must not hold up those of others. */
  private void inflate(Packed packed) {
    inflated += packed.length();
    if (inflated > MeshLimits.LINK_BATCH_INFLATED_MAX_BYTES) {
      throw LinkException.malformed(
          "a batch of messages of more than "
              + MeshLimits.LINK_BATCH_INFLATED_MAX_BYTES
              + " bytes once they are uncompressed (limit)");
    }
  }
}
