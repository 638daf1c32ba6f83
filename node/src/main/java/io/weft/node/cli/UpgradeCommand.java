package io.weft.node.cli;

import io.weft.node.NodeFile;
import io.weft.node.NodeLimits;
import io.weft.node.StartFailure;
import io.weft.node.upgrade.Release;
import io.weft.node.upgrade.UpgradeRules;
import io.weft.routing.admin.api.Finding.Status;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code weft upgrade}: takes the nodes of this host to this release, one at a time. */
@Command(
    name = "upgrade",
    description = {
      "Takes the nodes of this host to this release, one at a time: each is drained, stopped,",
      "started from this folder with the flags that it had, and must serve again as every other",
      "node sees it before the next one. It stops at the first fault and says what to do; run",
      "again, it goes on where it stopped. docs/UPGRADE.md has the rules."
    })
final class UpgradeCommand extends AdminCommand {
  @Parameters(
      arity = "0..*",
      paramLabel = "node",
      description = "names of nodes (default: all of this host that do not run it yet)")
  private List<String> names = List.of();

  @Option(
      names = "--check",
      description = "only say whether it can be done; exit code 1 when it cannot")
  private boolean check;

  @Option(names = "--dry-run", description = "say what would be done, and do nothing")
  private boolean dryRun;

  @Option(names = "--all", description = "those checks that pass too, subject by subject")
  private boolean all;

  @Option(
      names = "--to",
      paramLabel = "<folder>",
      description = "the folder of another release to start nodes from, as to go back")
  private @Nullable Path to;

  @Option(names = "--force", description = "also when a check fails or nobody else serves")
  private boolean force;

  @Option(
      names = "--settle",
      paramLabel = "<seconds>",
      description =
          "after a node has drained, what load balancers take to see it, 0 to 600 (default:"
              + " ${DEFAULT-VALUE})")
  private int settleSeconds;

  private @Nullable UpgradeSurvey survey;

  UpgradeCommand(Shell shell) {
    super(shell);
  }

  @Override
  int once() {
    if (settleSeconds < 0 || settleSeconds > NodeLimits.UPGRADE_SETTLE_MAX_SECONDS) {
      throw new StartFailure("--settle: " + settleSeconds + " (expected: 0 to 600 seconds)");
    }
    var release = Release.in(to == null ? shell.home() : shell.workingFolder().resolve(to));
    var files = running();
    survey = new UpgradeSurvey(this, release, data(), files);
    var left = chosen(files);
    var findings = survey.findings(left.stream().map(NodeFile::name).toList());
    boolean possible = UpgradeRules.worst(findings) != Status.FAIL;
    var told = UpgradeRules.told(findings).put("release", release.version());
    boolean silent = printedAsJson(told);
    if (!silent && (check || !possible || dryRun)) {
      DoctorCommand.tell(this, told, all);
    }
    if (!possible && !force) {
      shell.err().println("weft: nothing was changed: mend what fails, or go on with --force");
      return ExitCode.NOT_WELL;
    }
    if (check) {
      return possible ? ExitCode.OK : ExitCode.NOT_WELL;
    }
    return dryRun ? planned(left, release) : upgraded(left, files.size(), release);
  }

  private List<NodeFile> running() {
    var files = nodeFiles().stream().filter(NodeFile::alive).toList();
    if (files.isEmpty()) {
      throw new AdminFailure(
          ExitCode.UNREACHABLE, "no node runs here: start one with scripts/start.sh");
    }
    return files;
  }

  /** Returns the nodes that are meant and do not run the release as it lies there. */
  private List<NodeFile> chosen(List<NodeFile> files) {
    return named(files, names).stream().filter(file -> !survey().done(file.name())).toList();
  }

  private int planned(List<NodeFile> left, Release release) {
    for (var file : left) {
      say(
          "%s would be taken from %s to %s, release %s",
          file.name(), survey().process(file.name()).home(), release.home(), release.version());
    }
    return ExitCode.OK;
  }

  private int upgraded(List<NodeFile> left, int of, Release release) {
    say("%d of %d nodes are to be taken to release %s", left.size(), of, release.version());
    for (var file : left) {
      var others = running().stream().filter(other -> !other.name().equals(file.name())).toList();
      new NodeUpgrade(this, release, data(), file, survey().process(file.name()), others)
          .run(force, Duration.ofSeconds(settleSeconds));
    }
    say("done: %d nodes were taken to %s in %s", left.size(), release.version(), release.home());
    return ExitCode.OK;
  }

  /** Returns what was found out before anything was done. */
  UpgradeSurvey survey() {
    return Objects.requireNonNull(survey, "nothing was looked at yet");
  }

  /** Returns the folder of the release that this command is of. */
  Path ownHome() {
    return Release.real(shell.home());
  }
}
