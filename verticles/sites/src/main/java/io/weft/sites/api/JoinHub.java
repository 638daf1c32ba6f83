package io.weft.sites.api;

import org.jspecify.annotations.Nullable;

/**
 * A request to join a hub.
 *
 * @param code all of what the hub printed
 */
public record JoinHub(@Nullable String code) {
  /** Leaves the code out, so that it never gets into a log. */
  @Override
  public String toString() {
    return "JoinHub[]";
  }
}
