package io.weft.node.cli;

import io.weft.node.StartFailure;
import io.weft.node.policy.PolicyEdit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code weft split}: how the calls of a service are shared out among its versions. */
@Command(
    name = "split",
    description = {
      "Shares the calls of a service out among its versions, in whole percent:",
      "  weft split users 1.0.0=95 1.1.0=5    weft split users --off",
      "Routes that match certain calls only stay before it. It is a change of the policies."
    })
final class SplitCommand extends PolicyChange {
  @Parameters(index = "0", paramLabel = "service", description = "as in users")
  private String service = "";

  @Parameters(index = "1..*", arity = "0..*", paramLabel = "version=percent", description = "")
  private List<String> shares = List.of();

  @Option(
      names = "--by",
      paramLabel = "<attribute>",
      description = "equal values of it meet the same version")
  private @Nullable String by;

  @Option(names = "--off", description = "any version again")
  private boolean off;

  SplitCommand(Shell shell) {
    super(shell);
  }

  @Override
  String name() {
    return "split of " + service;
  }

  @Override
  String changed(PolicyEdit policies) {
    if (off != shares.isEmpty()) {
      throw new StartFailure("split: versions with their shares, or --off (expected: one of both)");
    }
    return off ? policies.unsplit(service) : policies.split(service, shares(), by);
  }

  private Map<String, Integer> shares() {
    var parsed = new LinkedHashMap<String, Integer>();
    for (var share : shares) {
      int equals = share.lastIndexOf('=');
      var percent = share.substring(equals + 1).replaceFirst("%$", "");
      if (equals < 1 || !percent.matches("[0-9]{1,3}")) {
        throw new StartFailure("\"" + share + "\" (expected: version=percent, as in 1.1.0=5)");
      }
      parsed.put(share.substring(0, equals), Integer.parseInt(percent));
    }
    return parsed;
  }
}
