package io.weft.mesh.discovery;

import io.weft.mesh.MeshLimits;

/**
 * A record of something else than an instance, which a program has published through
 * vertx-service-discovery; it is known as long as the node that it was published on lives.
 *
 * @param registration its id, unique in the site
 * @param text the record as JSON
 */
public record Published(String registration, String text) {

  /**
   * Checks that nothing is missing and no limit exceeded.
   *
   * @throws IllegalArgumentException if it would not be kept
   */
  public Published {
    Require.text("registration", registration);
    Require.present("text", text);
    Require.between("characters of the record", text.length(), 2, MeshLimits.PUBLISHED_MAX_CHARS);
  }
}
