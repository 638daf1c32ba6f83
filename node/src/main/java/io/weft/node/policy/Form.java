package io.weft.node.policy;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * How a value of the policy file is written, and what it is.
 *
 * @param <T> what it is
 * @param expected form and range in words, for messages and documents
 * @param read makes the value of a text; throws {@link IllegalArgumentException} for a text of
 *     another form or out of range
 * @param write makes the text of a value
 */
record Form<T>(String expected, Function<String, T> read, Function<T, String> write) {
  private static final Pattern DURATION =
      Pattern.compile("([0-9]{1,9}(?:\\.[0-9]{1,6})?)(ms|s|min)");
  private static final Pattern PERCENT = Pattern.compile("([0-9]{1,3}(?:\\.[0-9]{1,3})?)%");
  private static final Pattern RATE = Pattern.compile("([0-9]{1,9}(?:\\.[0-9]{1,3})?)/s");
  private static final Pattern WHOLE = Pattern.compile("[0-9]{1,9}");
  private static final Pattern NUMBER = Pattern.compile("[0-9]{1,9}(\\.[0-9]{1,6})?");
  private static final long NANOS_PER_SECOND = 1_000_000_000L;

  /** Returns the form of durations with a unit, both ends of the range included. */
  static Form<Duration> duration(Duration min, Duration max) {
    return new Form<>(
        "a duration with its unit (ms, s or min), " + text(min) + " to " + text(max),
        text -> {
          var parts = DURATION.matcher(text);
          check(parts.matches());
          var duration = duration(new BigDecimal(parts.group(1)), parts.group(2));
          check(duration.compareTo(min) >= 0 && duration.compareTo(max) <= 0);
          return duration;
        },
        Form::text);
  }

  private static Duration duration(BigDecimal number, String unit) {
    long nanos =
        switch (unit) {
          case "ms" -> NANOS_PER_SECOND / 1_000;
          case "s" -> NANOS_PER_SECOND;
          default -> 60 * NANOS_PER_SECOND;
        };
    return Duration.ofNanos(number.multiply(BigDecimal.valueOf(nanos)).longValue());
  }

  private static String text(Duration duration) {
    long nanos = duration.toNanos();
    if (nanos >= 60 * NANOS_PER_SECOND && nanos % (60 * NANOS_PER_SECOND) == 0) {
      return nanos / (60 * NANOS_PER_SECOND) + "min";
    }
    return nanos >= NANOS_PER_SECOND
        ? plain(BigDecimal.valueOf(nanos, 9)) + "s"
        : plain(BigDecimal.valueOf(nanos, 6)) + "ms";
  }

  /** Returns the form of shares, written as percent and read as 0 to 1. */
  static Form<Double> share(double minPercent, double maxPercent) {
    var percent = percent(minPercent, maxPercent);
    return new Form<>(
        percent.expected(),
        text -> percent.read().apply(text) / 100,
        share -> plain(BigDecimal.valueOf(share).movePointRight(2)) + "%");
  }

  /** Returns the form of percentages, read as 0 to 100. */
  static Form<Double> percent(double min, double max) {
    return new Form<>(
        "a percentage, " + text(min) + "% to " + text(max) + "%",
        text -> {
          var parts = PERCENT.matcher(text);
          check(parts.matches());
          return within(Double.parseDouble(parts.group(1)), min, max);
        },
        percent -> text(percent) + "%");
  }

  /** Returns the form of rates. */
  static Form<Double> rate(double min, double max) {
    return new Form<>(
        "a rate per second, " + text(min) + "/s to " + text(max) + "/s",
        text -> {
          var parts = RATE.matcher(text);
          check(parts.matches());
          return within(Double.parseDouble(parts.group(1)), min, max);
        },
        rate -> text(rate) + "/s");
  }

  /** Returns the form of whole numbers. */
  static Form<Integer> whole(int min, int max) {
    return new Form<>(
        "a whole number, " + min + " to " + max,
        text -> {
          check(WHOLE.matcher(text).matches());
          int number = Integer.parseInt(text);
          check(number >= min && number <= max);
          return number;
        },
        String::valueOf);
  }

  /** Returns the form of numbers. */
  static Form<Double> number(double min, double max) {
    return new Form<>(
        "a number, " + text(min) + " to " + text(max),
        text -> {
          check(NUMBER.matcher(text).matches());
          return within(Double.parseDouble(text), min, max);
        },
        Form::text);
  }

  /** Returns the form of the words of a few: lower case, with dashes. */
  static <E extends Enum<E>> Form<E> word(Class<E> of) {
    return new Form<>(
        Arrays.stream(of.getEnumConstants()).map(Form::word).collect(Collectors.joining(", ")),
        text ->
            Arrays.stream(of.getEnumConstants())
                .filter(each -> word(each).equals(text))
                .findFirst()
                .orElseThrow(IllegalArgumentException::new),
        Form::word);
  }

  private static String word(Enum<?> each) {
    return each.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** Returns the form of texts that match a pattern as a whole. */
  static Form<String> text(String expected, String pattern) {
    var compiled = Pattern.compile(pattern);
    return new Form<>(
        expected,
        text -> {
          check(compiled.matcher(text).matches());
          return text;
        },
        text -> text);
  }

  private static double within(double number, double min, double max) {
    check(number >= min && number <= max);
    return number;
  }

  private static String text(double number) {
    return plain(BigDecimal.valueOf(number));
  }

  private static String plain(BigDecimal number) {
    return number.stripTrailingZeros().toPlainString();
  }

  private static void check(boolean right) {
    if (!right) {
      throw new IllegalArgumentException("another form or range");
    }
  }
}
