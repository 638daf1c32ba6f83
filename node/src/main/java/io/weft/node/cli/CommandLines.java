package io.weft.node.cli;

import io.weft.node.StartFailure;
import io.weft.node.log.LogSetup;
import io.weft.node.replay.ReplayFailure;
import io.weft.node.settings.SettingLayers;
import io.weft.node.settings.Settings;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** All commands of {@code weft}, and how whatever is wrong with one becomes one line. */
public final class CommandLines {
  private CommandLines() {}

  /**
   * Runs a command.
   *
   * @return its {@link ExitCode}
   */
  public static int run(Shell shell, String... arguments) {
    // Until a node has read how it is to log, and for all other commands.
    LogSetup.quiet();
    int code = commandLine(shell).execute(arguments);
    shell.out().flush();
    shell.err().flush();
    return code;
  }

  private static CommandLine commandLine(Shell shell) {
    var spec = CommandSpec.create().name("weft").mixinStandardHelpOptions(true);
    spec.usageMessage().description("A service mesh woven into the runtime.");
    spec.versionProvider(() -> new String[] {"weft " + Version.TEXT});
    var weft = new CommandLine(spec);
    weft.addSubcommand("node", NodeCommand.spec());
    weft.addSubcommand("status", new StatusCommand(shell));
    weft.addSubcommand("stop", new StopCommand(shell));
    weft.addSubcommand("scale", new ScaleCommand(shell));
    weft.addSubcommand("policy", new PolicyCommand(shell));
    weft.addSubcommand("token", new TokenCommand(shell));
    weft.addSubcommand("upstream", new UpstreamCommand(shell));
    weft.addSubcommand("certs", new CertsCommand(shell));
    weft.addSubcommand("replay", new ReplayCommand(shell));
    CommandLine.tracer().setLevel(CommandLine.TraceLevel.OFF);
    weft.setOverwrittenOptionsAllowed(true);
    weft.setOut(shell.out()).setErr(shell.err());
    weft.setParameterExceptionHandler((e, args) -> misuse(shell, e));
    weft.setExecutionExceptionHandler((e, command, parsed) -> failed(shell, e));
    weft.setExecutionStrategy(parsed -> execute(shell, parsed));
    return weft;
  }

  private static int execute(Shell shell, ParseResult parsed) {
    var help = CommandLine.executeHelpRequest(parsed);
    if (help != null) {
      return help;
    }
    var command = parsed.subcommand();
    if (command == null) {
      parsed.commandSpec().commandLine().usage(shell.err());
      return ExitCode.REFUSED;
    }
    try {
      return command.commandSpec().name().equals("node")
          ? NodeCommand.run(shell, command)
          : ((ShellCommand) command.commandSpec().userObject()).run();
    } catch (StartFailure | ReplayFailure e) {
      return failed(shell, e);
    }
  }

  private static int misuse(Shell shell, ParameterException e) {
    var name = e.getCommandLine().getCommandSpec().qualifiedName();
    return failed(shell, new StartFailure(e.getMessage() + ": see " + name + " --help"));
  }

  private static int failed(Shell shell, Exception e) {
    shell.err().println("weft: " + StartFailure.oneLine(message(e)));
    return ExitCode.REFUSED;
  }

  private static String message(Exception e) {
    return (e instanceof StartFailure || e instanceof ReplayFailure) && e.getMessage() != null
        ? e.getMessage()
        : e.toString();
  }

  /** Adds a flag for each setting to a command. */
  static void addSettings(CommandSpec spec) {
    for (var flag : SettingLayers.flags()) {
      var option = OptionSpec.builder(flag.name()).paramLabel(flag.label());
      // A percent sign would be taken for a format.
      option.description(flag.about().replace("%", "%%"));
      spec.addOption(
          flag.repeatable()
              ? option.type(List.class).auxiliaryTypes(String.class).arity("1").build()
              : option.type(String.class).arity("1").build());
    }
  }

  /** Returns the flags of settings that were given, by name. */
  static Map<String, String> settingsGiven(ParseResult parsed) {
    var given = new LinkedHashMap<String, String>();
    for (var flag : SettingLayers.flags()) {
      if (!parsed.hasMatchedOption(flag.name())) {
        continue;
      }
      List<String> texts = parsed.matchedOption(flag.name()).originalStringValues();
      // Of a flag that may stand once the last counts, so that scripts can be overruled.
      given.put(
          flag.name(), flag.repeatable() ? String.join(",", texts) : texts.get(texts.size() - 1));
    }
    return given;
  }

  /** Reads the settings as a node started from this shell would. */
  static Settings settings(Shell shell, @Nullable String file, Map<String, String> flags) {
    return new SettingLayers(shell.home(), shell.workingFolder(), shell.environment())
        .read(file, flags);
  }
}
