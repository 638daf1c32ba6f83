package io.weft.lab;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;

/** Rows of cells in aligned columns: texts to the left, figures to the right. */
public final class Table {
  private static final String GAP = "  ";

  private final List<List<String>> rows = new ArrayList<>();

  /** Begins a table with the headings of its columns. */
  public Table(String... headings) {
    rows.add(List.of(headings));
  }

  /** Adds a row, a cell for each column. */
  public void row(String... cells) {
    rows.add(List.of(cells));
  }

  /** Returns how many rows there are below the headings. */
  public int rows() {
    return rows.size() - 1;
  }

  /** Prints the table. */
  public void print(PrintWriter out) {
    for (var row : rows) {
      var line = new StringBuilder();
      for (int column = 0; column < row.size(); column++) {
        var blank = " ".repeat(width(column) - row.get(column).length());
        var cell = row.get(column);
        line.append(figures(column) ? blank + cell : cell + blank).append(GAP);
      }
      out.println(line.toString().stripTrailing());
    }
  }

  private int width(int column) {
    return rows.stream().mapToInt(row -> row.get(column).length()).max().orElse(0);
  }

  private boolean figures(int column) {
    return rows.stream().skip(1).allMatch(row -> row.get(column).matches("[-0-9.,x%]+"));
  }
}
