package io.weft.node;

import io.weft.mesh.bus.BusSecurity;
import io.weft.node.settings.Settings;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Where the settings say that the certificates of the bus are: all three files, or none. */
final class BusFiles {
  private static final List<String> KEYS =
      List.of("security.busCertificate", "security.busKey", "security.busAuthority");

  private BusFiles() {}

  /** Returns what the node shows on the bus; null for a bus without TLS. */
  static @Nullable BusSecurity of(Settings settings) {
    var missing = KEYS.stream().filter(key -> settings.text(key).isEmpty()).toList();
    if (missing.size() == KEYS.size()) {
      return null;
    }
    if (!missing.isEmpty()) {
      throw new StartFailure(
          String.join(" and ", missing)
              + ": nothing (expected: certificate, key and authority, or none of them)");
    }
    return new BusSecurity(
        settings.path(KEYS.get(0)), settings.path(KEYS.get(1)), settings.path(KEYS.get(2)));
  }
}
