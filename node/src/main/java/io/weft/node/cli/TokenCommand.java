package io.weft.node.cli;

import io.weft.mesh.security.Principal;
import io.weft.mesh.security.Role;
import io.weft.node.StartFailure;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code weft token}: issues a token, with the key of development or of the key file. */
@Command(
    name = "token",
    description = {
      "Prints a token that the nodes of this data folder take, as in",
      "  curl -H \"Authorization: Bearer $(scripts/weft token)\" http://127.0.0.1:8080/v1/users",
      "It is signed with security.keyFile, or else with the key of development."
    })
final class TokenCommand extends ShellCommand {
  private static final Pattern LIFETIME = Pattern.compile("([1-9][0-9]{0,5})([smhd])");

  @Option(
      names = "--role",
      paramLabel = "<role>",
      description = "operator (the default), customer or device; none: scopes alone")
  private String role = "operator";

  @Option(
      names = "--subject",
      paramLabel = "<id>",
      description = "who asks, such as a user's id (default: the role)")
  private @Nullable String subject;

  @Option(
      names = "--scope",
      split = "[ ,]",
      paramLabel = "<scope>",
      description = "what it allows, in place of what the role does")
  private List<String> scopes = List.of();

  @Option(
      names = "--lifetime",
      paramLabel = "<time>",
      description = "how long it is good, as 90s, 15m, 8h, 30d (default: ${DEFAULT-VALUE})")
  private String lifetime = "1h";

  TokenCommand(Shell shell) {
    super(shell);
  }

  @Override
  int run() {
    try {
      shell.out().println(tokens().issue(principal(), lifetime()));
      return ExitCode.OK;
    } catch (IllegalArgumentException e) {
      throw new StartFailure(String.valueOf(e.getMessage()), e);
    }
  }

  private Principal principal() {
    var known = new ArrayList<String>();
    for (var one : Role.values()) {
      known.add(one.word());
      if (one.word().equals(role)) {
        return new Principal(
            subject == null ? role : subject,
            Set.of(role),
            scopes.isEmpty() ? one.scopes() : new HashSet<>(scopes));
      }
    }
    if (!role.equals("none") || scopes.isEmpty()) {
      throw new StartFailure(
          "--role: \"" + role + "\" (expected: one of " + known + ", or none with --scope)");
    }
    return new Principal(subject == null ? "machine" : subject, Set.of(), new HashSet<>(scopes));
  }

  private Duration lifetime() {
    var matcher = LIFETIME.matcher(lifetime);
    if (!matcher.matches()) {
      throw new StartFailure("--lifetime: \"" + lifetime + "\" (expected: as 90s, 15m, 8h, 30d)");
    }
    long count = Long.parseLong(matcher.group(1));
    return switch (matcher.group(2)) {
      case "s" -> Duration.ofSeconds(count);
      case "m" -> Duration.ofMinutes(count);
      case "h" -> Duration.ofHours(count);
      default -> Duration.ofDays(count);
    };
  }
}
