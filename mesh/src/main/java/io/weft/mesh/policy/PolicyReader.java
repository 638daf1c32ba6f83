package io.weft.mesh.policy;

/** Makes policies of a document's text. */
@FunctionalInterface
public interface PolicyReader {
  /**
   * Reads a document.
   *
   * @throws PolicyException if there is anything wrong with its text
   */
  Policies read(long epoch, String text);
}
