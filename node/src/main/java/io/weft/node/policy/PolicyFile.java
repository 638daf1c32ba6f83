package io.weft.node.policy;

import io.weft.mesh.MeshLimits;
import io.weft.mesh.Operation;
import io.weft.mesh.policy.AttributeSource;
import io.weft.mesh.policy.BalancePolicy.Algorithm;
import io.weft.mesh.policy.EdgeLimit;
import io.weft.mesh.policy.Policies;
import io.weft.mesh.policy.Policy;
import io.weft.mesh.policy.PolicyException;
import io.weft.node.policy.TreeReader.Entry;
import io.weft.node.yaml.YamlException;
import io.weft.node.yaml.YamlText;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/**
 * Reads a policy file, strictly and whole: all that is wrong with it is told at once, and nothing
 * of a file with a fault counts.
 *
 * <p>What an operation does not say, its service says; what that does not say, the defaults of the
 * file say; the rest is built in. It goes key by key, but routes and faults are taken as whole
 * lists.
 */
public final class PolicyFile {
  /** The policy file, relative to the home folder. */
  public static final String FILE = "conf/policies.yaml";

  /** What may stand at the top of the file. */
  static final List<String> SECTIONS = List.of("attributes", "limits", "defaults", "services");

  private static final String OPERATIONS = "operations";
  private static final String ALLOW = "allow";
  private static final List<String> RULES = List.of("routes", "mirror", "faults", ALLOW);
  private static final Form<String> CALLER =
      Form.text(
          "the name of a service or a node, or site:NAME",
          "(site:)?[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");
  private static final String CALLERS = "a list of callers, as in [orders, routing]; or all";
  private static final Pattern HEADER =
      Pattern.compile("header ([A-Za-z0-9!#$%&'*+.^_`|~-]{1,64})");
  private static final Set<String> SECRET_HEADERS =
      Set.of("authorization", "proxy-authorization", "cookie");
  private static final String SOURCES =
      "header and its name, as in header X-Tenant; client address; or caller";

  private final Problems problems;
  private final TreeReader tree;
  private final @Nullable Served served;
  private final @Nullable Set<String> callers;
  private final Set<String> attributes = new TreeSet<>();
  private final Map<String, AttributeSource> sources = new HashMap<>();
  private final Map<String, Policy> services = new HashMap<>();
  private final Map<String, Policy> operations = new HashMap<>();
  private Policy defaults;
  private List<EdgeLimit> limits = List.of();

  /**
   * Who serves what in the site, as far as the reader knows.
   *
   * @param operations the operations of each service that is there or could be; none of one of
   *     which no instance runs
   */
  public record Served(Map<String, Set<String>> operations) {}

  private PolicyFile(YamlText text, @Nullable Served served, @Nullable Set<String> callers) {
    problems = new Problems(text);
    tree = new TreeReader(problems);
    this.served = served;
    this.callers = callers;
    defaults = new PolicyDraft(callers).policy();
  }

  /**
   * Reads a text.
   *
   * @param text the file; nothing in it for the built-in defaults
   * @param label the file's name in messages
   * @param served who serves what, so that a service or operation that nobody serves is refused; or
   *     null to let any pass
   * @throws PolicyException with all that is wrong with it
   */
  public static Policies read(long epoch, String text, String label, @Nullable Served served) {
    return read(epoch, text, label, served, null);
  }

  /**
   * Reads a text, as {@link #read(long, String, String, Served)} does.
   *
   * @param callers who may call an operation of which nobody says; null for all
   */
  static Policies read(
      long epoch,
      String text,
      String label,
      @Nullable Served served,
      @Nullable Set<String> callers) {
    int bytes = text.getBytes(StandardCharsets.UTF_8).length;
    if (bytes > MeshLimits.POLICIES_MAX_BYTES) {
      throw PolicyException.invalid(
          List.of(label + ": " + bytes + " bytes (limit: " + MeshLimits.POLICIES_MAX_BYTES + ")"));
    }
    var yaml = new YamlText(label, text);
    var file = new PolicyFile(yaml, served, callers);
    try {
      yaml.root().ifPresent(root -> file.sections(file.tree.mapping(root, "")));
    } catch (YamlException e) {
      throw PolicyException.invalid(List.of(String.valueOf(e.getMessage())));
    }
    file.problems.end();
    return new Policies(
        epoch, file.defaults, file.services, file.operations, file.sources, file.limits);
  }

  private void sections(List<Entry> entries) {
    // Whatever order they stand in: each section needs those before it.
    find(entries, "attributes").ifPresent(this::attributes);
    var own = new PolicyDraft(callers);
    find(entries, "defaults").ifPresent(entry -> settings(entry, own));
    defaults = own.policy();
    find(entries, "services").ifPresent(entry -> services(entry, own));
    find(entries, "limits")
        .ifPresent(entry -> limits = new LimitReader(tree, problems, served).limits(entry));
    for (var entry : entries) {
      if (!SECTIONS.contains(entry.key())) {
        problems.unknown(entry.keyNode(), entry.path(), entry.key(), SECTIONS);
      }
    }
  }

  private static Optional<Entry> find(List<Entry> entries, String key) {
    return entries.stream().filter(entry -> entry.key().equals(key)).findFirst();
  }

  private void attributes(Entry section) {
    var entries = tree.mapping(section.value(), section.path());
    if (entries.size() > PolicyKeys.ATTRIBUTES_MAX) {
      problems.at(
          section.keyNode(),
          section.path(),
          entries.size() + " attributes (limit: " + PolicyKeys.ATTRIBUTES_MAX + ")");
    }
    for (var entry : entries) {
      try {
        attributes.add(PolicyKeys.ATTRIBUTE.read().apply(entry.key()));
        source(entry);
      } catch (IllegalArgumentException e) {
        problems.value(
            entry.keyNode(),
            section.path(),
            entry.key(),
            "1 to 32 of a-z, 0-9 and -, a letter first, and not weft-");
      }
    }
  }

  private void source(Entry entry) {
    var text = tree.value(entry, Form.text(SOURCES, "(?s).*"));
    if (text == null || text.equals("caller")) {
      return; // Services say it themselves.
    }
    var header = HEADER.matcher(text);
    if (text.equals("client address")) {
      sources.put(entry.key(), new AttributeSource(AttributeSource.From.CLIENT_ADDRESS, ""));
    } else if (!header.matches()) {
      problems.value(entry.value(), entry.path(), text, SOURCES);
    } else if (SECRET_HEADERS.contains(header.group(1).toLowerCase(Locale.ROOT))) {
      problems.value(entry.value(), entry.path(), text, "a header without secrets");
    } else {
      sources.put(entry.key(), new AttributeSource(AttributeSource.From.HEADER, header.group(1)));
    }
  }

  private void services(Entry section, PolicyDraft above) {
    for (var entry : tree.mapping(section.value(), section.path())) {
      known(entry);
      var draft = new PolicyDraft(above, false);
      var inside = settings(entry, draft);
      services.put(entry.key(), draft.policy());
      inside.ifPresent(operations -> operations(entry.key(), operations, draft));
    }
  }

  private void known(Entry service) {
    if (served != null && !served.operations().containsKey(service.key())) {
      problems.at(
          service.keyNode(),
          service.path(),
          "a service that nobody serves (expected: one of "
              + String.join(", ", new TreeSet<>(served.operations().keySet()))
              + ")");
    }
  }

  private void operations(String service, Entry section, PolicyDraft above) {
    for (var entry : tree.mapping(section.value(), section.path())) {
      if (isOperation(entry.key()) && Operation.serviceOf(entry.key()).equals(service)) {
        known(service, entry);
      } else {
        problems.value(
            entry.keyNode(),
            section.path(),
            entry.key(),
            "an operation of " + service + ", as in " + service + ".get");
      }
      var draft = new PolicyDraft(above, true);
      settings(entry, draft)
          .ifPresent(
              inner ->
                  problems.unknown(inner.keyNode(), inner.path(), OPERATIONS, names("", false)));
      operations.put(entry.key(), draft.policy());
    }
  }

  private static boolean isOperation(String name) {
    try {
      return name.equals(Operation.checkName(name));
    } catch (IllegalArgumentException e) {
      return false; // Which the caller tells, with what a name looks like.
    }
  }

  private void known(String service, Entry operation) {
    var live = served == null ? Set.<String>of() : served.operations().get(service);
    if (live != null && !live.isEmpty() && !live.contains(operation.key())) {
      problems.at(
          operation.keyNode(),
          operation.path(),
          "an operation that nobody serves (expected: one of "
              + String.join(", ", new TreeSet<>(live))
              + ")");
    }
  }

  /** Reads the settings of one policy; returns what it says of operations. */
  private Optional<Entry> settings(Entry section, PolicyDraft draft) {
    Entry inside = null;
    var traffic = new TrafficReader(tree, problems, attributes);
    for (var entry : tree.mapping(section.value(), section.path())) {
      switch (entry.key()) {
        case "routes" -> draft.routes(traffic.routes(entry));
        case "mirror" -> draft.mirror(traffic.mirror(entry));
        case "faults" -> draft.faults(traffic.faults(entry));
        case ALLOW -> draft.allow(allow(entry));
        case OPERATIONS -> inside = entry;
        default -> setting(entry, entry.key(), draft, !section.path().equals("defaults"));
      }
    }
    agree(section, draft);
    if (inside != null && section.path().equals("defaults")) {
      problems.unknown(inside.keyNode(), inside.path(), OPERATIONS, names("", false));
      inside = null;
    }
    return Optional.ofNullable(inside);
  }

  /** Reads who may call; null for all, and for a list that is none, which is a problem. */
  private @Nullable Set<String> allow(Entry entry) {
    if (entry.value() instanceof ScalarNode scalar && scalar.getValue().equals("all")) {
      return null;
    }
    if (!(entry.value() instanceof SequenceNode)) {
      problems.at(entry.keyNode(), entry.path(), "no list (expected: " + CALLERS + ")");
      return null;
    }
    var names = new TreeSet<String>();
    tree.list(
        entry,
        PolicyKeys.CALLERS_MAX,
        item -> {
          var name = tree.value(item, CALLER);
          if (name != null) {
            names.add(name);
          }
        });
    return names;
  }

  private void setting(Entry entry, String path, PolicyDraft draft, boolean hasOperations) {
    var key = PolicyKeys.byPath(path);
    if (key.isPresent()) {
      value(entry, key.get(), draft);
    } else if (!PolicyKeys.isGroup(path)) {
      int dot = path.lastIndexOf('.');
      problems.unknown(
          entry.keyNode(),
          entry.path(),
          entry.key(),
          names(dot < 0 ? "" : path.substring(0, dot), hasOperations));
    } else if (PolicyKeys.OPTIONAL_GROUPS.contains(path) && TreeReader.isNone(entry.value())) {
      draft.group(path, false);
    } else {
      draft.group(path, true);
      for (var inner : tree.mapping(entry.value(), entry.path())) {
        setting(inner, path + "." + inner.key(), draft, false);
      }
    }
  }

  private static List<String> names(String group, boolean hasOperations) {
    var names = new ArrayList<>(PolicyKeys.under(group));
    if (group.isEmpty()) {
      names.addAll(RULES);
    }
    if (hasOperations) {
      names.add(OPERATIONS);
    }
    return names;
  }

  private <T> void value(Entry entry, Key<T> key, PolicyDraft draft) {
    if (draft.ofOperation() && PolicyKeys.OF_INSTANCES.contains(key)) {
      problems.at(
          entry.keyNode(),
          entry.path(),
          "counts for an instance as a whole (expected: under its service, above "
              + OPERATIONS
              + ")");
    }
    if (key.optional() && TreeReader.isNone(entry.value())) {
      draft.set(key, null);
      return;
    }
    T value = tree.value(entry, key.form(), key.expected());
    if (value != null) {
      draft.set(key, value);
      if (PolicyKeys.ATTRIBUTE_NAMES.contains(key) && !attributes.contains(value)) {
        problems.value(
            entry.value(),
            entry.path(),
            String.valueOf(value),
            "an attribute of the section attributes");
      }
    }
  }

  /** What each key allows, they may not allow together. */
  private void agree(Entry section, PolicyDraft draft) {
    if (draft.has(PolicyKeys.CACHE) && draft.find(PolicyKeys.CACHE_FOR) == null) {
      problems.at(
          section.keyNode(),
          section.path() + ".cache",
          "no for (expected: for, as in for: 5s; or cache: none)");
    }
    if (draft.has(PolicyKeys.AUTOSCALE) && draft.find(PolicyKeys.AUTOSCALE_TARGET) == null) {
      problems.at(
          section.keyNode(),
          section.path() + ".autoscale",
          "no target (expected: target, as in target: 4; or autoscale: none)");
    }
    if (draft.get(PolicyKeys.AUTOSCALE_FLOOR) > draft.get(PolicyKeys.AUTOSCALE_CEILING)) {
      problems.at(
          section.keyNode(),
          section.path() + ".autoscale",
          "floor is more than ceiling (expected: at most as many)");
    }
    if (draft.get(PolicyKeys.EJECTION).compareTo(draft.get(PolicyKeys.EJECTION_MAX)) > 0) {
      problems.at(
          section.keyNode(),
          section.path() + ".breaker",
          "ejection is longer than ejectionMax (expected: at most as long)");
    }
    if (draft.get(PolicyKeys.ALGORITHM) == Algorithm.CONSISTENT_HASH
        && draft.find(PolicyKeys.HASH_BY) == null) {
      problems.at(
          section.keyNode(),
          section.path() + ".balance",
          "consistent-hash without hashBy (expected: the attribute that it goes by)");
    }
    if (draft.has(PolicyKeys.RATE) && draft.find(PolicyKeys.RATE_LIMIT) == null) {
      problems.at(
          section.keyNode(),
          section.path() + ".admission.rate",
          "no limit (expected: limit, as in limit: 100/s; or rate: none)");
    }
  }
}
