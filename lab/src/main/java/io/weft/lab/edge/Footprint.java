package io.weft.lab.edge;

import io.weft.lab.LabException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/** What a Java process takes up, as the kernel and its own collector tell it. */
final class Footprint {
  private static final Pattern TOTAL = Pattern.compile("(?m)^Total\\s+\\d+\\s+(\\d+)");
  private static final Pattern RESIDENT = Pattern.compile("(?m)^VmRSS:\\s+(\\d+) kB");
  private static final long KIB = 1024;

  private final long pid;

  Footprint(long pid) {
    this.pid = pid;
  }

  /** Returns the bytes of memory that the process has. */
  long residentBytes() throws IOException {
    var status = Files.readString(Path.of("/proc/" + pid + "/status"));
    return KIB * number(RESIDENT, status, "VmRSS");
  }

  /** Returns the bytes of what is alive in its heap, which is collected for that. Blocks. */
  long liveHeapBytes() throws IOException {
    var jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
    var process =
        new ProcessBuilder(jcmd, "" + pid, "GC.class_histogram").redirectErrorStream(true).start();
    var histogram = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    try {
      if (!process.waitFor(EdgeLimits.HISTOGRAM_MAX.toMillis(), TimeUnit.MILLISECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LabException("interrupted", e);
    }
    return number(TOTAL, histogram, "a total of its heap");
  }

  private long number(Pattern pattern, String text, String what) {
    var found = pattern.matcher(text);
    if (!found.find()) {
      throw new LabException("process " + pid + " has no " + what + " (expected: a JDK's java)");
    }
    return Long.parseLong(found.group(1));
  }
}
