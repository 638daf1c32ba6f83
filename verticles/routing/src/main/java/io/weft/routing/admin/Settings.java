package io.weft.routing.admin;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Map;
import java.util.regex.Pattern;

/** Makes settings fit to be shown: no password, token or secret of them remains. */
final class Settings {
  private static final Pattern SECRET_KEY =
      Pattern.compile("(?i).*(password|passwd|secret|token|credential).*");
  private static final Pattern USER_INFO = Pattern.compile("(://[^/@:\\s]*):[^/\\s]*@");
  private static final Pattern SECRET_PARAMETER =
      Pattern.compile("(?i)([?&;][^=&;]*(?:password|secret|token)[^=&;]*)=[^&;\\s]*");
  private static final String HIDDEN = "***";

  private Settings() {}

  /** Returns a copy of settings in which every secret is replaced by stars. */
  static JsonObject shown(JsonObject settings) {
    var shown = new JsonObject();
    for (Map.Entry<String, Object> entry : settings) {
      boolean secret =
          SECRET_KEY.matcher(entry.getKey()).matches() && !(entry.getValue() instanceof JsonObject);
      shown.put(entry.getKey(), secret ? HIDDEN : shownValue(entry.getValue()));
    }
    return shown;
  }

  private static Object shownValue(Object value) {
    if (value instanceof JsonObject object) {
      return shown(object);
    }
    if (value instanceof JsonArray array) {
      var shown = new JsonArray();
      array.forEach(item -> shown.add(shownValue(item)));
      return shown;
    }
    if (value instanceof String text) {
      var withoutUserInfo = USER_INFO.matcher(text).replaceAll("$1:" + HIDDEN + "@");
      return SECRET_PARAMETER.matcher(withoutUserInfo).replaceAll("$1=" + HIDDEN);
    }
    return value;
  }
}
