package io.weft.node.replay;

import io.weft.mesh.time.Ticker;
import java.io.PrintWriter;
import java.util.Locale;

/** Shows how far a replay is: a bar on a terminal, a line per tenth elsewhere. For one thread. */
final class Progress {
  private static final int WIDTH = 32;
  private static final int PARTS = 10;

  private final PrintWriter out;
  private final boolean terminal;
  private final Ticker ticker;
  private final String what;
  private final int total;
  private final long startNanos;
  private long shownNanos;
  private int done;

  Progress(PrintWriter out, boolean terminal, Ticker ticker, String what, int total) {
    this.out = out;
    this.terminal = terminal;
    this.ticker = ticker;
    this.what = what;
    this.total = total;
    startNanos = ticker.nanos();
    shownNanos = startNanos - ReplayLimits.PROGRESS_INTERVAL.toNanos();
  }

  /** Counts one more. */
  void step() {
    int before = done++;
    if (terminal) {
      bar();
    } else if (done == total || tenth(before) != tenth(done)) {
      out.println(what + " " + done + "/" + total + rate());
      out.flush();
    }
  }

  private int tenth(int count) {
    return (int) ((long) count * PARTS / Math.max(1, total));
  }

  private void bar() {
    long now = ticker.nanos();
    boolean due = now - shownNanos >= ReplayLimits.PROGRESS_INTERVAL.toNanos();
    if (!due && done < total) {
      return;
    }
    shownNanos = now;
    int filled = (int) ((long) done * WIDTH / Math.max(1, total));
    out.print(
        "\r"
            + what
            + " ["
            + "#".repeat(filled)
            + ".".repeat(WIDTH - filled)
            + "] "
            + done
            + "/"
            + total
            + rate()
            + "   ");
    if (done == total) {
      out.println();
    }
    out.flush();
  }

  /** Returns how many were done in a second so far. */
  double perSecond() {
    return done / Math.max(1e-3, (ticker.nanos() - startNanos) / 1e9);
  }

  private String rate() {
    return String.format(Locale.ROOT, "  %.0f/s", perSecond());
  }
}
