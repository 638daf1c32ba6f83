package io.weft.node.cli;

import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Numbers as people read them in tables. */
final class Shown {
  /** What stands where there is nothing to show. */
  static final String NONE = "-";

  private static final double MICROS_PER_MILLI = 1_000;
  private static final double MICROS_PER_SECOND = 1_000_000;
  private static final double KIBI = 1_024;
  private static final long SECOND_MILLIS = 1_000;
  private static final long MINUTE_SECONDS = 60;
  private static final long HOUR_SECONDS = 3_600;
  private static final long DAY_SECONDS = 86_400;

  private static final DateTimeFormatter MOMENT =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss.SSS'Z'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);
  private static final DateTimeFormatter CLOCK =
      DateTimeFormatter.ofPattern("HH:mm:ss.SSS'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);

  private Shown() {}

  /** Returns an instant of an answer to the millisecond; what is none stays as it is. */
  static String moment(@Nullable String instant) {
    return in(MOMENT, instant);
  }

  /** Returns its time of day alone, for what happens while one looks on. */
  static String clock(@Nullable String instant) {
    return in(CLOCK, instant);
  }

  private static String in(DateTimeFormatter form, @Nullable String instant) {
    if (instant == null) {
      return NONE;
    }
    try {
      return form.format(Instant.parse(instant));
    } catch (DateTimeParseException e) {
      return instant;
    }
  }

  /** Returns how often something happens in a second. */
  static String rate(double perSecond) {
    return String.format(Locale.ROOT, perSecond < 10 ? "%.1f" : "%,.0f", perSecond);
  }

  /** Returns a share: 0.9991 as 99.91%; never 100% when anything is missing. */
  static String share(double share) {
    double percent = Math.floor(share * 10_000) / 100;
    return percent >= 100 ? "100%" : String.format(Locale.ROOT, "%.2f%%", percent);
  }

  /** Returns a time in the unit that suits it. */
  static String micros(long micros) {
    if (micros < MICROS_PER_MILLI) {
      return micros + " us";
    }
    return micros < MICROS_PER_SECOND
        ? String.format(Locale.ROOT, "%.1f ms", micros / MICROS_PER_MILLI)
        : String.format(Locale.ROOT, "%.2f s", micros / MICROS_PER_SECOND);
  }

  /** Returns milliseconds. */
  static String millis(double millis) {
    return String.format(Locale.ROOT, "%.1f ms", millis);
  }

  /** Returns a figure of what happened; of nothing there is none. */
  static String ofAny(JsonObject of, String figure) {
    return of.getDouble("perSecond", 0.0) > 0 ? figure : NONE;
  }

  /** Returns an amount of memory in MiB. */
  static String mebibytes(long bytes) {
    return String.format(Locale.ROOT, "%.0f MiB", bytes / KIBI / KIBI);
  }

  /** Returns for how long something has been there. */
  static String age(long millis) {
    long seconds = millis / SECOND_MILLIS;
    if (seconds < MINUTE_SECONDS) {
      return seconds + "s";
    }
    if (seconds < HOUR_SECONDS) {
      return seconds / MINUTE_SECONDS + "m" + seconds % MINUTE_SECONDS + "s";
    }
    return seconds < DAY_SECONDS
        ? seconds / HOUR_SECONDS + "h" + seconds % HOUR_SECONDS / MINUTE_SECONDS + "m"
        : seconds / DAY_SECONDS + "d" + seconds % DAY_SECONDS / HOUR_SECONDS + "h";
  }
}
