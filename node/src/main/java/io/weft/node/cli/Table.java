package io.weft.node.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;

/** Rows of cells, printed in aligned columns. */
final class Table {
  private static final String GAP = "  ";

  /** What a heading begins with whose column is of numbers, and stands to the right. */
  private static final String NUMBER = ">";

  /** What a heading begins with whose column is for those who asked for all. */
  private static final String WIDE = "+";

  private final List<List<String>> rows = new ArrayList<>();
  private final List<Integer> shown = new ArrayList<>();
  private final List<Boolean> numbers = new ArrayList<>();

  Table(String... headings) {
    this(true, headings);
  }

  private Table(boolean wide, String... headings) {
    var texts = new ArrayList<String>();
    for (int i = 0; i < headings.length; i++) {
      var heading = headings[i];
      boolean onlyWide = heading.startsWith(WIDE);
      heading = onlyWide ? heading.substring(1) : heading;
      boolean number = heading.startsWith(NUMBER);
      texts.add(number ? heading.substring(1) : heading);
      numbers.add(number);
      if (wide || !onlyWide) {
        shown.add(i);
      }
    }
    rows.add(texts);
  }

  /**
   * Returns a table.
   *
   * @param wide whether all columns are shown
   * @param headings {@code >RATE} for a column of numbers, {@code +ID} for one that is shown only
   *     when all are; {@code +>SIZE} for both
   */
  static Table of(boolean wide, String... headings) {
    return new Table(wide, headings);
  }

  void row(String... cells) {
    rows.add(List.of(cells));
  }

  /** Prints the rows, or a line where there are none. */
  void print(PrintWriter out, String none) {
    if (rows.size() == 1) {
      out.println(none);
    } else {
      print(out);
    }
  }

  void print(PrintWriter out) {
    int[] widths = new int[rows.get(0).size()];
    for (var row : rows) {
      for (int i : shown) {
        widths[i] = Math.max(widths[i], row.get(i).length());
      }
    }
    for (var row : rows) {
      var line = new StringBuilder();
      for (int i : shown) {
        var blank = " ".repeat(widths[i] - row.get(i).length());
        boolean number = numbers.get(i);
        line.append(number ? blank : "").append(row.get(i)).append(number ? "" : blank).append(GAP);
      }
      out.println(line.toString().stripTrailing());
    }
  }
}
