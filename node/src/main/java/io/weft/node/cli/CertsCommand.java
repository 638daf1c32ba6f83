package io.weft.node.cli;

import io.weft.mesh.pki.DevelopmentAuthority;
import io.weft.node.StartFailure;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code weft certs}: makes an authority for development, and a certificate per node by it. */
@Command(
    name = "certs",
    description = {
      "Makes certificates for development: an authority, once, and one certificate per name by it.",
      "Nothing that is there is written over. In production, let your own authority make them."
    })
final class CertsCommand extends ShellCommand {
  @Option(
      names = "--folder",
      paramLabel = "<folder>",
      description = "where they are (default: certs in the data folder)")
  private @Nullable String folder;

  @Option(
      names = "--host",
      paramLabel = "<host>",
      description = "a host name or address of the nodes besides localhost; may stand repeatedly")
  private List<String> hosts = List.of();

  @Parameters(arity = "1..*", paramLabel = "<name>", description = "names of nodes")
  private List<String> names = List.of();

  CertsCommand(Shell shell) {
    super(shell);
  }

  @Override
  int run() {
    var at = folder == null ? data().resolve("certs") : shell.workingFolder().resolve(folder);
    try {
      var authority = DevelopmentAuthority.in(at);
      for (var name : names) {
        authority.issue(name, hosts);
        tell(authority, name);
      }
      return ExitCode.OK;
    } catch (IOException e) {
      throw new StartFailure("certificates: " + e.getMessage(), e);
    }
  }

  private void tell(DevelopmentAuthority authority, String name) {
    Path certificate = authority.certificate(name);
    shell
        .out()
        .println(
            "node "
                + name
                + ": --bus-certificate "
                + certificate
                + " --bus-key "
                + authority.key(name)
                + " --bus-authority "
                + authority.certificate());
  }
}
