package io.weft.node.cli;

import java.util.Iterator;
import java.util.List;

/** What a shell offers where a value is one of a few: a class for each kind, as picocli asks. */
final class Choices {
  private Choices() {}

  /** Words. */
  abstract static class Words implements Iterable<String> {
    private final List<String> words;

    Words(String... words) {
      this.words = List.of(words);
    }

    @Override
    public Iterator<String> iterator() {
      return words.iterator();
    }
  }

  /** In which form an answer is printed. */
  static final class Forms extends Words {
    Forms() {
      super("table", "wide", "json");
    }
  }

  /** What may be done with policies. */
  static final class PolicyActions extends Words {
    PolicyActions() {
      super("get", "diff", "check", "apply", "rollback");
    }
  }

  /** What may be done with links to other sites. */
  static final class SiteActions extends Words {
    SiteActions() {
      super("invite", "join", "renew", "revoke");
    }
  }

  /** Shells that complete commands. */
  static final class Shells extends Words {
    Shells() {
      super("bash", "zsh");
    }
  }

  /** What becomes of calls. */
  static final class Outcomes extends Words {
    Outcomes() {
      super("ok", "failed", "NotSent", "Rejected", "Expired", "Unknown", "Application");
    }
  }

  /** Failures that a fault can be. */
  static final class Aborts extends Words {
    Aborts() {
      super("not-sent", "rejected", "unknown");
    }
  }

  /** Levels of logs. */
  static final class Levels extends Words {
    Levels() {
      super("trace", "debug", "info", "warn", "error", "off", "inherit");
    }
  }
}
