package io.weft.mesh.link;

import io.weft.mesh.MeshLimits;

/** What became of a message that was offered to a session. */
public sealed interface Offer {
  /**
   * The session delivers it, once and in its turn, as long as the session lives.
   *
   * @param number which message of the session it is, from 1
   */
  record Taken(long number) implements Offer {}

  /**
   * The other side has not acknowledged what went before: nothing was taken. {@link
   * LinkSession#whenRoom} says when to offer it again.
   *
   * @param bytes what waits to be acknowledged, at most {@link MeshLimits#LINK_WINDOW_BYTES}
   */
  record Full(long bytes) implements Offer {}

  /**
   * No session takes a message so long: nothing was taken.
   *
   * @param bytes its length, above {@link MeshLimits#LINK_MESSAGE_MAX_BYTES}
   */
  record TooLong(int bytes) implements Offer {}

  /** The session is over: nothing was taken. */
  record Over() implements Offer {}
}
