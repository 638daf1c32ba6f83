package io.weft.node.cli;

import io.weft.node.StartFailure;
import io.weft.node.policy.PolicyEdit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code weft fault}: lets calls meet a fault on purpose. */
@Command(
    name = "fault",
    description = {
      "Lets calls of a service, or of one operation, meet a fault on purpose:",
      "  weft fault users.get --percent 10 --delay 200ms",
      "  weft fault orders --percent 1 --abort unknown    weft fault orders --off",
      "It is a change of the policies, and takes the place of the faults that were there."
    })
final class FaultCommand extends PolicyChange {
  private static final double HUNDRED = 100;

  @Parameters(index = "0", paramLabel = "service|operation", description = "as in users.get")
  private String of = "";

  @Option(
      names = "--percent",
      paramLabel = "<percent>",
      description = "of the calls (default: ${DEFAULT-VALUE})")
  private double percent = HUNDRED;

  @Option(names = "--delay", paramLabel = "<duration>", description = "as in 200ms")
  private @Nullable String delay;

  @Option(
      names = "--abort",
      paramLabel = "<failure>",
      completionCandidates = Choices.Aborts.class,
      description = "not-sent, rejected or unknown, instead of an answer")
  private @Nullable String abort;

  @Option(names = "--off", description = "no faults any more")
  private boolean off;

  FaultCommand(Shell shell) {
    super(shell);
  }

  @Override
  String name() {
    return "fault of " + of;
  }

  @Override
  String changed(PolicyEdit policies) {
    int dot = of.indexOf('.');
    var service = dot < 0 ? of : of.substring(0, dot);
    var operation = dot < 0 ? null : of;
    if (off) {
      return policies.unfault(service, operation);
    }
    if (delay == null && abort == null) {
      throw new StartFailure("fault: nothing to do (expected: --delay, --abort or --off)");
    }
    if (percent <= 0 || percent > HUNDRED) {
      throw new StartFailure("--percent: " + percent + " (expected: over 0, at most 100)");
    }
    return policies.fault(service, operation, percent, delay, abort);
  }
}
