package io.weft.lab;

import java.lang.management.ManagementFactory;
import java.util.Locale;

/** What is measured on: figures of two machines, or of a busy one, cannot be compared. */
public final class Machine {
  private Machine() {}

  /** Returns the load average of the last minute; negative where the system does not tell. */
  public static double load() {
    return ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
  }

  /** Returns a line about this machine and how busy it was. */
  public static String describe(double loadAtBegin, double loadAtEnd) {
    return String.format(
        Locale.ROOT,
        "%d cores (%s), load average %.2f at the begin and %.2f at the end, %s %s",
        Runtime.getRuntime().availableProcessors(),
        System.getProperty("os.arch"),
        loadAtBegin,
        loadAtEnd,
        System.getProperty("java.vm.name"),
        Runtime.version());
  }
}
