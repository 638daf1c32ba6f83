package io.weft.node.observe;

import io.weft.mesh.Readiness;
import io.weft.mesh.pki.Expiry;
import io.weft.mesh.telemetry.Distribution;
import io.weft.mesh.telemetry.Measure;
import io.weft.node.NodeLimits;
import io.weft.routing.admin.api.Finding;
import io.weft.routing.admin.api.Finding.Rule;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What must hold in one node: one function for each rule. */
final class SelfChecks {
  static final Rule HEAP = new Rule("W0201", "the heap has room");
  static final Rule LOOPS = new Rule("W0202", "event loops keep time");
  static final Rule CERTIFICATES = new Rule("W0203", "certificates are valid");
  static final Rule KEYS = new Rule("W0204", "no key of development in production");
  static final Rule POLICY_FILE = new Rule("W0205", "the policy file is what counts");
  static final Rule LEFTOVERS = new Rule("W0206", "nothing is left of dead nodes");
  static final Rule REGISTERED = new Rule("W0207", "what runs is registered");
  static final Rule PARTS = new Rule("W0301", "PostgreSQL and the services answer");
  static final Rule POOLS = new Rule("W0302", "pools have connections to spare");
  static final Rule OUTBOXES = new Rule("W0303", "outboxes move on");
  static final Rule CONSUMERS = new Rule("W0304", "consumers of events keep up");
  static final Rule PARKED = new Rule("W0305", "no step is parked");
  static final Rule SAGAS = new Rule("W0306", "orders on their way move on");

  private static final double MEBI = 1024.0 * 1024;
  private static final double MILLI_NANOS = 1e6;
  private static final String LOG = "its log says why";

  private SelfChecks() {}

  /** The heap is not almost full, as of the end of the last collection. */
  static Finding heap(String node, long usedBytes, long maxBytes) {
    double share = maxBytes <= 0 ? 0 : (double) usedBytes / maxBytes;
    var detail =
        String.format(
            Locale.ROOT,
            "%.0f of %.0f MiB are in use (%.0f%%)",
            usedBytes / MEBI,
            maxBytes / MEBI,
            share * 100);
    var fix = "give it more with WEFT_JAVA_OPTS=-Xmx…, or take instances off the node";
    if (share >= NodeLimits.HEAP_FAIL) {
      return HEAP.fail(node, detail, fix);
    }
    return share >= NodeLimits.HEAP_WARN ? HEAP.warn(node, detail, fix) : HEAP.pass(node, detail);
  }

  /** No event loop was kept from its work for long. */
  static Finding loops(String node, Distribution delay) {
    long most = delay.nanosAt(1);
    var detail =
        String.format(
            Locale.ROOT,
            "at most %.1f ms late in the last %d s",
            most / MILLI_NANOS,
            NodeLimits.CHECK_WINDOW_SECONDS);
    var fix = "something blocks or there are too few cores: look for \"blocked\" in the log";
    if (most >= NodeLimits.LOOP_DELAY_FAIL.toNanos()) {
      return LOOPS.fail(node, detail, fix);
    }
    return most >= NodeLimits.LOOP_DELAY_WARN.toNanos()
        ? LOOPS.warn(node, detail, fix)
        : LOOPS.pass(node, detail);
  }

  /** The certificate that a port shows is good, and will be for a while. */
  private static Finding certificate(String node, Instant now, Measure measure) {
    var port = label(measure, "port");
    var subject = node + ", " + port;
    var expires = Instant.ofEpochSecond((long) measure.value());
    var fix = "have a new one made, in the same file; " + renewal(port);
    var left = Duration.between(now, expires);
    var detail =
        left.isNegative()
            ? "it has expired at " + expires
            : left.toDays() + " days left, until " + expires;
    if (left.compareTo(NodeLimits.CERTIFICATE_FAIL) < 0) {
      return CERTIFICATES.fail(subject, detail, fix);
    }
    return left.compareTo(NodeLimits.CERTIFICATE_WARN) < 0
        ? CERTIFICATES.warn(subject, detail, fix)
        : CERTIFICATES.pass(subject, detail);
  }

  private static String renewal(String port) {
    return port.equals("bus")
        ? "then restart the nodes one after another"
        : "it is taken without a restart";
  }

  /** In production tokens are not signed with a key that lies about in a data folder. */
  static Finding keys(String node, String mode, boolean named) {
    if (named) {
      return KEYS.pass(node, "the keys of tokens are named in its settings");
    }
    return mode.equals("production")
        ? KEYS.fail(
            node,
            "it signs tokens with the key of development: whoever reads its data folder is an"
                + " operator",
            "set security.keyFile or security.jwksUrl")
        : KEYS.pass(node, "the key of development, in development");
  }

  /**
   * What counts is what a node would start with.
   *
   * @param behind what its policies are behind by; null when they are not
   * @param same whether the file holds what counts; null when there is none
   */
  static Finding policyFile(String node, @Nullable String behind, @Nullable Boolean same) {
    if (behind != null) {
      return POLICY_FILE.fail(node, behind, "see scripts/policy.sh get, and the node's log");
    }
    if (same == null) {
      return POLICY_FILE.pass(node, "it has no file");
    }
    return same
        ? POLICY_FILE.pass(node, "the file is what counts")
        : POLICY_FILE.warn(
            node,
            "its file is another than what counts: it was changed live since",
            "write what counts into the file: weft policy get; or apply the file: weft policy"
                + " apply conf/policies.yaml");
  }

  /** No node of this host has died and left its file behind. */
  static Finding leftovers(String node, Collection<String> dead) {
    return dead.isEmpty()
        ? LEFTOVERS.pass(node, "nothing in its data folder")
        : LEFTOVERS.fail(
            String.join(", ", dead),
            "its process is gone without having stopped",
            "start it again with scripts/start.sh, or forget it with scripts/stop.sh "
                + String.join(" ", dead));
  }

  /** The node's record has every instance that runs on it. */
  static Finding registered(String node, Collection<String> running, Collection<String> known) {
    var unknown = running.stream().filter(each -> !known.contains(each)).sorted().toList();
    return unknown.isEmpty()
        ? REGISTERED.pass(node, running.size() + " instances")
        : REGISTERED.fail(
            node,
            "nobody can find " + String.join(", ", unknown),
            "ask again in 5 s, by when the node has written its record anew; else restart it");
  }

  /** Whatever the node needs is there. */
  static List<Finding> parts(String node, Readiness readiness) {
    var findings = new ArrayList<Finding>();
    for (var check : readiness.checks()) {
      var subject = node + ", " + check.name();
      findings.add(
          check.ok()
              ? PARTS.pass(subject, check.detail().isEmpty() ? "it answers" : check.detail())
              : PARTS.fail(
                  subject,
                  check.detail(),
                  check.name().equals("postgres")
                      ? "look whether PostgreSQL runs and takes connections from here"
                      : LOG));
    }
    return findings;
  }

  /**
   * Nobody waits for a connection to the database.
   *
   * @param inUse how many connections are in use
   * @param most how many there may be
   * @param waiting how much waits for one
   */
  static Finding pool(String node, String service, int inUse, int most, int waiting) {
    var subject = node + ", " + service;
    var detail = inUse + " of " + most + " connections in use, " + waiting + " waiting";
    return waiting > 0
        ? POOLS.warn(
            subject, detail, "if it stays so: raise postgres.poolSize, or look for slow queries")
        : POOLS.pass(subject, detail);
  }

  /** What services tell of themselves is as it should be. */
  static List<Finding> measures(String node, Instant now, Collection<Measure> measures) {
    var findings = new ArrayList<Finding>();
    for (var measure : measures) {
      switch (measure.name()) {
        case Expiry.METRIC -> findings.add(certificate(node, now, measure));
        case "weft_outbox_age_seconds" -> findings.add(outbox(measure));
        case "weft_consumer_lag_events" -> findings.add(lag(measure));
        case "weft_consumer_failed_attempts" -> findings.add(failing(measure));
        case "weft_saga_parked" -> findings.add(parked(measure));
        case "weft_saga_age_seconds" -> findings.add(saga(measure));
        default -> {
          // It is of no rule.
        }
      }
    }
    return findings;
  }

  private static Finding outbox(Measure measure) {
    var subject = label(measure, "service");
    var detail = String.format(Locale.ROOT, "the oldest event waits for %.1f s", measure.value());
    var fix = "look whether nodes with " + subject + " run, and at their logs: the relay says why";
    if (measure.value() >= NodeLimits.OUTBOX_FAIL.toSeconds()) {
      return OUTBOXES.fail(subject, detail, fix);
    }
    return measure.value() >= NodeLimits.OUTBOX_WARN.toSeconds()
        ? OUTBOXES.warn(subject, detail, fix)
        : OUTBOXES.pass(subject, detail);
  }

  private static Finding lag(Measure measure) {
    var subject = consumer(measure) + ", lag";
    var detail = String.format(Locale.ROOT, "%.0f events behind", measure.value());
    return measure.value() >= NodeLimits.CONSUMER_LAG_WARN
        ? CONSUMERS.warn(subject, detail, "more instances do not help; see the database's load")
        : CONSUMERS.pass(subject, detail);
  }

  private static Finding failing(Measure measure) {
    var subject = consumer(measure);
    var detail =
        String.format(Locale.ROOT, "it failed %.0f times in a row at one event", measure.value());
    return measure.value() >= NodeLimits.CONSUMER_FAILED_WARN
        ? CONSUMERS.fail(
            subject, detail, "positions.failure in its schema says why; it goes on when mended")
        : CONSUMERS.pass(subject, "it applies events");
  }

  private static Finding parked(Measure measure) {
    var detail = String.format(Locale.ROOT, "%.0f orders are parked", measure.value());
    return measure.value() > 0
        ? PARKED.fail(
            label(measure, "service"),
            detail,
            "see why with weft sagas, mend it, then weft sagas ID --retry")
        : PARKED.pass(label(measure, "service"), detail);
  }

  private static Finding saga(Measure measure) {
    var detail = String.format(Locale.ROOT, "the oldest has not moved for %.1f s", measure.value());
    return measure.value() >= NodeLimits.SAGA_WARN.toSeconds()
        ? SAGAS.warn(
            label(measure, "service"), detail, "look whether users can be reached: weft edges")
        : SAGAS.pass(label(measure, "service"), detail);
  }

  private static String consumer(Measure measure) {
    return label(measure, "consumer") + " of " + label(measure, "service");
  }

  private static String label(Measure measure, String name) {
    return measure.labels().getOrDefault(name, "");
  }
}
