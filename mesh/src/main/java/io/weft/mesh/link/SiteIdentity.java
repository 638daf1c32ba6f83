package io.weft.mesh.link;

/**
 * Who this site is on a link.
 *
 * @param name its name: {@link SiteName#isOne}
 * @param key what it proves that by
 */
public record SiteIdentity(String name, SiteKey key) {
  /**
   * Checks the name.
   *
   * @throws IllegalArgumentException if no site can have it
   */
  public SiteIdentity {
    if (!SiteName.isOne(name)) {
      throw new IllegalArgumentException(
          "site: " + name + " (expected: lower-case letters, digits, and hyphens between them)");
    }
  }
}
