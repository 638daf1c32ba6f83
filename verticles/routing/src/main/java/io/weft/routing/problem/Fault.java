package io.weft.routing.problem;

/**
 * One field of a request that is not as its contract says.
 *
 * @param pointer where the field is, as a JSON pointer; empty for the whole request
 * @param detail what was there and what was expected, for people
 */
public record Fault(String pointer, String detail) {

  /** Returns the pointer and the detail in one line. */
  public String line() {
    return pointer.isEmpty() ? detail : pointer + ": " + detail;
  }
}
