package io.weft.routing.contract;

import java.util.Currency;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** A format of strings that the contract can ask for by name. */
enum TextFormat {
  /** A UUID in its usual form of 36 characters. */
  UUID("uuid", 36, "a UUID such as 6f1a2c6e-2b5d-4c1e-9a63-0d3f5b7c9e11") {
    private static final Pattern FORM =
        Pattern.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");

    @Override
    boolean matches(String text) {
      return FORM.matcher(text).matches();
    }
  },
  /** An e-mail address: something, one @, and a host name. */
  EMAIL("email", 254, "an e-mail address such as ada@example.org") {
    private static final Pattern FORM =
        Pattern.compile("[^@\\s\\p{Cntrl}]{1,64}@[^@\\s.\\p{Cntrl}]++(\\.[^@\\s.\\p{Cntrl}]++)*+");

    @Override
    boolean matches(String text) {
      return FORM.matcher(text).matches();
    }
  },
  /** Any text that nobody but its owner is to see: never quoted. */
  PASSWORD("password", 1024, "a text") {
    @Override
    boolean matches(String text) {
      return true;
    }
  },
  /** The code of a currency in ISO 4217. */
  CURRENCY("currency", 3, "an ISO 4217 code such as EUR") {
    private static final Set<String> CODES =
        Currency.getAvailableCurrencies().stream()
            .map(Currency::getCurrencyCode)
            .collect(Collectors.toUnmodifiableSet());

    @Override
    boolean matches(String text) {
      return CODES.contains(text);
    }
  };

  private final String word;
  private final int maxChars;
  private final String expected;

  TextFormat(String word, int maxChars, String expected) {
    this.word = word;
    this.maxChars = maxChars;
    this.expected = expected;
  }

  /** Returns the name by which the contract asks for the format. */
  String word() {
    return word;
  }

  /** Returns the most characters that such a string can have. */
  int maxChars() {
    return maxChars;
  }

  /** Returns what is expected, for people. */
  String expected() {
    return expected;
  }

  /** Returns whether a string, of any length up to {@link #maxChars}, has the format. */
  abstract boolean matches(String text);
}
