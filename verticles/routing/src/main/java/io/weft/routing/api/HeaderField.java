package io.weft.routing.api;

/**
 * One header field of an HTTP message, as it was sent.
 *
 * @param name its name, in any case
 * @param value its value, without the white space around it
 */
public record HeaderField(String name, String value) {

  /** Returns whether this is the field of a name, in whatever case. */
  public boolean is(String other) {
    return name.equalsIgnoreCase(other);
  }
}
