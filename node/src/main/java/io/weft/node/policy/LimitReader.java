package io.weft.node.policy;

import io.weft.mesh.Operation;
import io.weft.mesh.policy.EdgeLimit;
import io.weft.mesh.policy.EdgeLimit.By;
import io.weft.mesh.policy.EdgeLimit.Reach;
import io.weft.node.policy.PolicyFile.Served;
import io.weft.node.policy.TreeReader.Entry;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Reads how often clients may ask at the gateway. */
final class LimitReader {
  static final Form<String> NAME =
      Form.text("1 to 32 of a-z, 0-9 and -, a letter first", "[a-z][a-z0-9-]{0,31}");
  static final Form<Double> RATE = Form.rate(0.01, 1_000_000);
  static final Form<Integer> BURST = Form.whole(1, 1_000_000);
  static final Form<By> BY = Form.word(By.class);
  static final Form<Reach> REACH = Form.word(Reach.class);
  static final List<String> KEYS = List.of("rate", "burst", "by", "of", "reach");

  private static final int OF_MAX = 64;
  private static final Form<String> OF =
      Form.text("a service or an operation, as in orders or orders.place", "(?s).{1,128}");

  private final TreeReader tree;
  private final Problems problems;
  private final @Nullable Served served;

  /**
   * Creates a reader.
   *
   * @param served who serves what, or null to let any name pass
   */
  LimitReader(TreeReader tree, Problems problems, @Nullable Served served) {
    this.tree = tree;
    this.problems = problems;
    this.served = served;
  }

  List<EdgeLimit> limits(Entry section) {
    var limits = new ArrayList<EdgeLimit>();
    var entries = tree.mapping(section.value(), section.path());
    if (entries.size() > PolicyKeys.LIMITS_MAX) {
      problems.at(
          section.keyNode(),
          section.path(),
          entries.size() + " limits (limit: " + PolicyKeys.LIMITS_MAX + ")");
      return limits;
    }
    for (var entry : entries) {
      named(entry, section.path());
      limit(entry, limits);
    }
    return limits;
  }

  private void named(Entry entry, String path) {
    if (!isName(entry.key())) {
      problems.value(entry.keyNode(), path, entry.key(), NAME.expected());
    }
  }

  private static boolean isName(String key) {
    try {
      return key.equals(NAME.read().apply(key));
    } catch (IllegalArgumentException e) {
      return false; // Which the caller tells.
    }
  }

  private void limit(Entry limit, List<EdgeLimit> limits) {
    boolean said = false;
    Double rate = null;
    Integer burst = null;
    var by = By.ADDRESS;
    var reach = Reach.NODE;
    Set<String> of = Set.of();
    for (var entry : tree.mapping(limit.value(), limit.path())) {
      switch (entry.key()) {
        case "rate" -> {
          said = true;
          rate = tree.value(entry, RATE);
        }
        case "burst" -> burst = tree.value(entry, BURST);
        case "by" -> by = orElse(tree.value(entry, BY), by);
        case "reach" -> reach = orElse(tree.value(entry, REACH), reach);
        case "of" -> of = of(entry);
        default -> problems.unknown(entry.keyNode(), entry.path(), entry.key(), KEYS);
      }
    }
    if (!said) {
      problems.at(limit.keyNode(), limit.path(), "no rate (expected: rate, as in rate: 100/s)");
    } else if (rate != null) {
      int most = burst == null ? (int) Math.ceil(rate) : burst;
      limits.add(new EdgeLimit(limit.key(), rate, most, by, of, reach));
    }
  }

  private static <T> T orElse(@Nullable T value, T otherwise) {
    return value == null ? otherwise : value;
  }

  private Set<String> of(Entry entry) {
    var names = new LinkedHashSet<String>();
    tree.list(
        entry,
        OF_MAX,
        item -> {
          var name = tree.value(item, OF);
          if (name != null) {
            known(item, name);
            names.add(name);
          }
        });
    if (names.isEmpty()) {
      problems.at(entry.keyNode(), entry.path(), "nothing (expected: a list, or no of for all)");
    }
    return names;
  }

  private void known(Entry item, String name) {
    if (served == null) {
      return;
    }
    int dot = name.indexOf('.');
    var live = served.operations().get(dot < 0 ? name : Operation.serviceOf(name));
    if (live == null || (dot >= 0 && !live.isEmpty() && !live.contains(name))) {
      problems.value(
          item.value(),
          item.path(),
          name,
          "a service that somebody serves, or one of its operations: "
              + String.join(", ", new TreeSet<>(served.operations().keySet())));
    }
  }
}
