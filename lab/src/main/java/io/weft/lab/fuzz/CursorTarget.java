package io.weft.lab.fuzz;

import io.weft.ledger.Cursors;
import io.weft.mesh.MeshFailure.Application;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * The reader of cursors: nothing is taken for a cursor that is none, and what was written is read
 * as it was, but for another list.
 */
public final class CursorTarget {
  private static final Cursors CURSORS = new Cursors("fuzz".getBytes(StandardCharsets.US_ASCII));
  private static final String LIST = "orders";

  private CursorTarget() {}

  /** Takes one input for a cursor, and then for a position. */
  public static void fuzzerTestOneInput(byte[] input) {
    var text = new String(input, StandardCharsets.UTF_8);
    refused(LIST, text);
    var position = List.of(text.split("\n", -1));
    var cursor = CURSORS.encode(LIST, position);
    try {
      if (!CURSORS.decode(LIST, cursor).equals(position)) {
        throw new AssertionError("another position than " + position);
      }
    } catch (Application tooLong) {
      check(tooLong);
    }
    refused(LIST + "?status=PENDING", cursor);
    refused(LIST, cursor + "A");
  }

  private static void refused(String list, String cursor) {
    try {
      throw new AssertionError("taken for a cursor of " + CURSORS.decode(list, cursor));
    } catch (Application refused) {
      check(refused);
    }
  }

  private static void check(Application refused) {
    if (!refused.code().equals("cursor.invalid")) {
      throw new AssertionError("refused in another way", refused);
    }
  }
}
