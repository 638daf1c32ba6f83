package io.weft.node.yaml;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** Finds the word that somebody who mistyped it most likely meant. */
public final class Nearest {
  private Nearest() {}

  /** Returns the word most like a mistyped one, when one is near enough to be meant. */
  public static Optional<String> of(String mistyped, Collection<String> words) {
    return words.stream()
        .min(Comparator.comparingInt(word -> distance(mistyped, word)))
        .filter(word -> distance(mistyped, word) <= Math.max(2, word.length() / 3));
  }

  // Levenshtein's edit distance, one row at a time.
  private static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int substituted = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(substituted, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[b.length()];
  }
}
