package io.weft.routing.cache;

import io.vertx.core.buffer.Buffer;
import io.weft.mesh.Operation;
import io.weft.mesh.Reply;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Answers to queries, by what was asked: bounded in number and bytes, the one that was not asked
 * for the longest leaving first.
 *
 * <p>An answer has tags, by which it is dropped: the values of its request, and its service when
 * the request has no id and so may tell of anything. For one event loop.
 */
final class Answers {
  /** Bytes that an answer costs besides its own and those of its request, about. */
  static final int OVERHEAD_BYTES = 512;

  private final int entriesMax;
  private final long bytesMax;
  private final Map<Key, Kept> kept = new LinkedHashMap<>(16, 0.75f, true);
  private final Map<String, Set<Key>> byTag = new HashMap<>();
  private final IdentityHashMap<Reply, Kept> byReply = new IdentityHashMap<>();
  private long bytes;

  /**
   * What was asked.
   *
   * @param operation the query
   * @param request its request, as bytes
   * @param who what else the answer depends on; empty for nothing
   */
  record Key(String operation, Buffer request, String who) {
    String service() {
      return Operation.serviceOf(operation);
    }

    int bytes() {
      return operation.length() + request.length() + who.length();
    }
  }

  /**
   * An answer.
   *
   * @param askedNanos when it was asked for
   * @param tags by which it is dropped
   */
  record Kept(Reply reply, long askedNanos, Set<String> tags, long bytes) {}

  /** Creates an empty store. */
  Answers(int entriesMax, long bytesMax) {
    this.entriesMax = entriesMax;
    this.bytesMax = bytesMax;
  }

  @Nullable Kept get(Key key) {
    return kept.get(key);
  }

  /** Returns what is kept as this very reply. */
  @Nullable Kept of(Reply reply) {
    return byReply.get(reply);
  }

  void put(Key key, Reply reply, long askedNanos, Set<String> tags) {
    remove(key);
    long size = (long) key.bytes() + reply.body().length() + OVERHEAD_BYTES;
    if (size > bytesMax) {
      return;
    }
    // A copy: what has come over the network may be a small part of something large.
    var copy = new Kept(Reply.of(reply.body().copy()), askedNanos, tags, size);
    kept.put(key, copy);
    byReply.put(copy.reply(), copy);
    bytes += size;
    tags.forEach(tag -> byTag.computeIfAbsent(tag, t -> new HashSet<>()).add(key));
    while (kept.size() > entriesMax || bytes > bytesMax) {
      remove(kept.keySet().iterator().next());
    }
  }

  void remove(Key key) {
    var gone = kept.remove(key);
    if (gone == null) {
      return;
    }
    byReply.remove(gone.reply());
    bytes -= gone.bytes();
    for (var tag : gone.tags()) {
      byTag.computeIfPresent(
          tag,
          (t, keys) -> {
            keys.remove(key);
            return keys.isEmpty() ? null : keys;
          });
    }
  }

  /** Drops what has a tag. */
  void drop(String tag) {
    var keys = byTag.get(tag);
    if (keys != null) {
      Set.copyOf(keys).forEach(this::remove);
    }
  }

  /** Drops all. */
  void clear() {
    kept.clear();
    byTag.clear();
    byReply.clear();
    bytes = 0;
  }

  int size() {
    return kept.size();
  }

  long bytes() {
    return bytes;
  }

  /** Returns how many tags there are; none without an answer. */
  int tags() {
    return byTag.size();
  }
}
