package io.weft.lab.chaos;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * What was not as it was told, counted by kind, the first few word for word. For one event loop.
 */
final class Findings {
  private final Map<Kind, Long> counts = new EnumMap<>(Kind.class);
  private final List<String> told = new ArrayList<>();

  /** What can be wrong with orders. */
  enum Kind {
    /** Acknowledged, and not there as acknowledged. */
    LOST,
    /** Refused, and there, or there otherwise than told. */
    REFUSED,
    /** There, and nobody was told or it is there twice. */
    DOUBLED,
    /** The same key was answered in two ways. */
    ANSWER,
    /** A used key was taken for another order, or a key of one customer was another's. */
    KEY,
    /** Never decided, as far as its client was told. */
    UNANSWERED,
    /** The API tells it otherwise than the client was told. */
    API,
    /** Its events are not each in the log once and in order. */
    EVENTS,
    /** A reader of events has not seen each once and in order. */
    READ
  }

  /** Takes note of something that is wrong. */
  void add(Kind kind, String what) {
    counts.merge(kind, 1L, Long::sum);
    if (told.size() < ChaosLimits.DIFFERENCES_TOLD) {
      told.add(kind + ": " + what);
    }
  }

  long count(Kind kind) {
    return counts.getOrDefault(kind, 0L);
  }

  /** Returns the first of them in words. */
  List<String> told() {
    return List.copyOf(told);
  }
}
