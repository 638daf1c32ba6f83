package io.weft.node.cli;

import java.util.ArrayList;
import java.util.List;

/**
 * What differs between two texts, line by line: lines that are only in the first begin with a
 * minus, those only in the second with a plus, and a few that are in both stand around them.
 *
 * <p>By the longest common subsequence, as Hunt and McIlroy's diff does it.
 */
final class LineDiff {
  private static final int CONTEXT_LINES = 2;

  /** Cells of the table above which the middle of the texts counts as different as a whole. */
  private static final int CELLS_MAX = 4_000_000;

  private final List<String> all = new ArrayList<>();
  private final List<String> before;
  private final List<String> after;

  private LineDiff(List<String> before, List<String> after) {
    this.before = before;
    this.after = after;
  }

  /** Returns the lines to print; none when the texts are the same, but for a missing last break. */
  static List<String> of(String before, String after) {
    var diff = new LineDiff(before.lines().toList(), after.lines().toList());
    diff.compare();
    return diff.shortened();
  }

  private void compare() {
    int start = 0;
    int shorter = Math.min(before.size(), after.size());
    while (start < shorter && before.get(start).equals(after.get(start))) {
      all.add("  " + before.get(start++));
    }
    int end = 0;
    while (end < shorter - start
        && before.get(before.size() - 1 - end).equals(after.get(after.size() - 1 - end))) {
      end++;
    }
    middle(before.subList(start, before.size() - end), after.subList(start, after.size() - end));
    before.subList(before.size() - end, before.size()).forEach(line -> all.add("  " + line));
  }

  private void middle(List<String> from, List<String> to) {
    int i = 0;
    int j = 0;
    if ((long) from.size() * to.size() <= CELLS_MAX) {
      int[][] common = common(from, to);
      while (i < from.size() && j < to.size()) {
        if (from.get(i).equals(to.get(j))) {
          all.add("  " + from.get(i++));
          j++;
        } else if (common[i + 1][j] >= common[i][j + 1]) {
          all.add("- " + from.get(i++));
        } else {
          all.add("+ " + to.get(j++));
        }
      }
    }
    from.subList(i, from.size()).forEach(line -> all.add("- " + line));
    to.subList(j, to.size()).forEach(line -> all.add("+ " + line));
  }

  /** Returns how many lines the rests of two lists have in common at most, by where they begin. */
  private static int[][] common(List<String> from, List<String> to) {
    int[][] common = new int[from.size() + 1][to.size() + 1];
    for (int i = from.size() - 1; i >= 0; i--) {
      for (int j = to.size() - 1; j >= 0; j--) {
        common[i][j] =
            from.get(i).equals(to.get(j))
                ? common[i + 1][j + 1] + 1
                : Math.max(common[i + 1][j], common[i][j + 1]);
      }
    }
    return common;
  }

  private List<String> shortened() {
    var shown = new ArrayList<String>();
    int last = -1;
    for (int i = 0; i < all.size(); i++) {
      if (near(i)) {
        if (last >= 0 && last < i - 1) {
          shown.add("  …");
        }
        shown.add(all.get(i));
        last = i;
      }
    }
    return shown;
  }

  private boolean near(int index) {
    int to = Math.min(all.size() - 1, index + CONTEXT_LINES);
    for (int i = Math.max(0, index - CONTEXT_LINES); i <= to; i++) {
      if (!all.get(i).startsWith("  ")) {
        return true;
      }
    }
    return false;
  }
}
