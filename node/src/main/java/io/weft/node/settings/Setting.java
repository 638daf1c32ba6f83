package io.weft.node.settings;

import java.util.Locale;

/**
 * One setting: its name everywhere, its range, its default and what it is.
 *
 * @param key its name in {@code conf/node.yaml}, such as {@code http.port}
 * @param flag its name on the command line, such as {@code --http-port}
 * @param kind how it is written and what it may be
 * @param fallback its value when nobody says
 * @param about what it is, with its unit, in one line
 */
record Setting(String key, String flag, Kind kind, String fallback, String about) {

  /** Returns the setting's name in the environment, such as {@code WEFT_HTTP_PORT}. */
  String variable() {
    return "WEFT_"
        + key.replaceAll("([a-z])([A-Z])", "$1_$2").replace('.', '_').toUpperCase(Locale.ROOT);
  }
}
