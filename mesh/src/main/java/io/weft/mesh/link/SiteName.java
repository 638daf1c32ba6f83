package io.weft.mesh.link;

import io.weft.mesh.MeshLimits;
import java.util.regex.Pattern;

/** The rule for names of sites, as they stand in logs, metrics, files and on links. */
public final class SiteName {
  private static final Pattern NAME =
      Pattern.compile(
          "[a-z0-9]([a-z0-9-]{0," + (MeshLimits.SITE_NAME_MAX_BYTES - 2) + "}[a-z0-9])?");

  private SiteName() {}

  /** Returns whether it is one: lower-case letters, digits, and hyphens between them. */
  public static boolean isOne(String name) {
    return NAME.matcher(name).matches();
  }

  static String check(String name) {
    if (!isOne(name)) {
      throw LinkException.malformed(
          "a name that no site can have (expected: lower-case letters, digits and hyphens, at most "
              + MeshLimits.SITE_NAME_MAX_BYTES
              + ")");
    }
    return name;
  }
}
