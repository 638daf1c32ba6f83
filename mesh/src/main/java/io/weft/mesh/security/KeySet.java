package io.weft.mesh.security;

import io.weft.mesh.MeshLimits;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The keys of one moment, by name. Immutable. */
final class KeySet {
  static final KeySet EMPTY = new KeySet(Map.of(), null);

  private final Map<String, TokenKey> byId;
  private final @Nullable TokenKey signing;

  private KeySet(Map<String, TokenKey> byId, @Nullable TokenKey signing) {
    this.byId = byId;
    this.signing = signing;
  }

  /**
   * Returns a set of keys, of which the first signs if it can.
   *
   * @throws KeyException if there are none, too many, or two of one name
   */
  static KeySet of(Collection<TokenKey> keys) throws KeyException {
    if (keys.isEmpty() || keys.size() > MeshLimits.KEYS_MAX) {
      throw new KeyException(keys.size() + " keys (expected: 1 to " + MeshLimits.KEYS_MAX + ")");
    }
    var byId = new LinkedHashMap<String, TokenKey>();
    for (var key : keys) {
      if (byId.put(key.id(), key) != null) {
        throw new KeyException("two keys are named " + key.id());
      }
    }
    var first = keys.iterator().next();
    return new KeySet(byId, first.signer() == null ? null : first);
  }

  boolean isEmpty() {
    return byId.isEmpty();
  }

  /** Returns the key that signs, or null if these only check. */
  @Nullable TokenKey signing() {
    return signing;
  }

  /** Returns the key of a name; of no name where there is no choice; null if there is none. */
  @Nullable TokenKey find(@Nullable String id) {
    if (id != null) {
      return byId.get(id);
    }
    return byId.size() == 1 ? byId.values().iterator().next() : null;
  }
}
