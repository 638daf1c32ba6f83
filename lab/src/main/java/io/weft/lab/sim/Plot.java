package io.weft.lab.sim;

import java.util.List;
import java.util.Locale;

/** A bar chart of latencies as SVG: two bars for each way to choose, on a logarithmic scale. */
final class Plot {
  private static final int WIDTH = 720;
  private static final int LEFT = 170;
  private static final int RIGHT = 80;
  private static final int TOP = 60;
  private static final int ROW = 52;
  private static final int BAR = 16;
  private static final double SCALE_MIN_MILLIS = 0.1;

  private Plot() {}

  /** Draws a chart. */
  static String of(String title, List<Balancers.Figures> rows) {
    double most = rows.stream().mapToDouble(Balancers.Figures::p99Millis).max().orElse(1);
    var svg = new StringBuilder();
    int height = TOP + rows.size() * ROW + 20;
    svg.append(
        String.format(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\""
                + " font-family=\"sans-serif\" font-size=\"13\">%n",
            WIDTH, height));
    svg.append("<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n");
    text(svg, 16, 24, "#222222", title);
    text(svg, LEFT, 46, "#4878a8", "p50");
    text(svg, LEFT + 40, 46, "#c05020", "p99 (ms, logarithmic)");
    for (int i = 0; i < rows.size(); i++) {
      var row = rows.get(i);
      int y = TOP + i * ROW;
      text(svg, 16, y + BAR + 4, "#222222", row.label());
      bar(svg, y, row.p50Millis(), most, "#4878a8");
      bar(svg, y + BAR + 4, row.p99Millis(), most, "#c05020");
    }
    return svg.append("</svg>\n").toString();
  }

  private static void bar(StringBuilder svg, int y, double millis, double most, String colour) {
    double share = Math.log(millis / SCALE_MIN_MILLIS) / Math.log(most / SCALE_MIN_MILLIS);
    long width = Math.max(1, Math.round(share * (WIDTH - LEFT - RIGHT)));
    svg.append(
        String.format(
            "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"%s\"/>%n",
            LEFT, y, width, BAR, colour));
    text(
        svg,
        (int) (LEFT + width + 6),
        y + 13,
        "#222222",
        String.format(Locale.ROOT, "%.1f", millis));
  }

  private static void text(StringBuilder svg, int x, int y, String colour, String text) {
    svg.append(
        String.format("<text x=\"%d\" y=\"%d\" fill=\"%s\">%s</text>%n", x, y, colour, text));
  }
}
