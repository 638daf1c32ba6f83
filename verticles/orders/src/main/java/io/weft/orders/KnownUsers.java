package io.weft.orders;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;

/**
 * The users that are known to exist, as many as {@link OrdersLimits#USERS_KNOWN_MAX}, those asked
 * for last.
 *
 * <p>A user who exists once exists for good: accounts become inactive, which users tells when
 * credit is wanted, and never go. For one context.
 */
final class KnownUsers {
  private final Map<UUID, Boolean> users =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<UUID, Boolean> eldest) {
          return size() > OrdersLimits.USERS_KNOWN_MAX;
        }
      };

  void add(UUID user) {
    users.put(user, true);
  }

  boolean contains(UUID user) {
    return users.get(user) != null;
  }
}
