package io.weft.node.cli;

import io.weft.node.StartFailure;
import io.weft.node.log.LogSetup;
import io.weft.node.replay.ReplayFailure;
import io.weft.node.settings.SettingLayers;
import io.weft.node.settings.Settings;
import io.weft.node.yaml.Nearest;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

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
    int code = commandLine(shell, arguments.length == 0 ? null : arguments[0]).execute(arguments);
    shell.out().flush();
    shell.err().flush();
    return code;
  }

  private static CommandLine commandLine(Shell shell, @Nullable String name) {
    var spec = CommandSpec.create().name("weft").mixinStandardHelpOptions(true);
    spec.usageMessage().description("A service mesh woven into the runtime.");
    spec.versionProvider(() -> new String[] {"weft " + Version.TEXT});
    var weft = new CommandLine(spec);
    var all = commands(shell);
    // What a command has is read by reflection, which takes a while for all of them.
    var only = name != null && all.containsKey(name) ? Set.of(name) : all.keySet();
    all.forEach(
        (each, command) -> {
          if (only.contains(each)) {
            weft.addSubcommand(each, command.get());
          }
        });
    weft.setCaseInsensitiveEnumValuesAllowed(true);
    CommandLine.tracer().setLevel(CommandLine.TraceLevel.OFF);
    weft.setOverwrittenOptionsAllowed(true);
    weft.setOut(shell.out()).setErr(shell.err());
    weft.setParameterExceptionHandler((e, args) -> misuse(shell, e));
    weft.setExecutionExceptionHandler((e, command, parsed) -> failed(shell, e));
    weft.setExecutionStrategy(parsed -> execute(shell, parsed));
    return weft;
  }

  /** Returns what makes each command, by its name. */
  private static Map<String, Supplier<Object>> commands(Shell shell) {
    var all = new LinkedHashMap<String, Supplier<Object>>();
    all.put("node", NodeCommand::spec);
    all.put("status", () -> new StatusCommand(shell));
    all.put("stop", () -> new StopCommand(shell));
    all.put("nodes", () -> new NodesCommand(shell));
    all.put("services", () -> new ServicesCommand(shell));
    all.put("instances", () -> new InstancesCommand(shell));
    all.put("stat", () -> new StatCommand(shell));
    all.put("edges", () -> new EdgesCommand(shell));
    all.put("top", () -> new TopCommand(shell));
    all.put("tap", () -> new TapCommand(shell));
    all.put("explain", () -> new ExplainCommand(shell));
    all.put("traces", () -> new TracesCommand(shell));
    all.put("call", () -> new CallCommand(shell));
    all.put("subscribe", () -> new SubscribeCommand(shell));
    all.put("publish", () -> new PublishCommand(shell));
    all.put("bench", () -> new BenchCommand(shell));
    all.put("scale", () -> new ScaleCommand(shell));
    all.put("drain", () -> new DrainCommand(shell));
    all.put("undrain", () -> new UndrainCommand(shell));
    all.put("upgrade", () -> new UpgradeCommand(shell));
    all.put("plan", () -> new PlanCommand(shell));
    all.put("policy", () -> new PolicyCommand(shell));
    all.put("split", () -> new SplitCommand(shell));
    all.put("fault", () -> new FaultCommand(shell));
    all.put("upstream", () -> new UpstreamCommand(shell));
    all.put("sites", () -> new SitesCommand(shell));
    all.put("site", () -> new SiteCommand(shell));
    all.put("sagas", () -> new SagasCommand(shell));
    all.put("doctor", () -> new DoctorCommand(shell));
    all.put("decisions", () -> new DecisionsCommand(shell));
    all.put("audit", () -> new AuditCommand(shell));
    all.put("config", () -> new ConfigCommand(shell));
    all.put("log", () -> new LogCommand(shell));
    all.put("token", () -> new TokenCommand(shell));
    all.put("certs", () -> new CertsCommand(shell));
    all.put("backup", () -> new BackupCommand(shell));
    all.put("restore", () -> new RestoreCommand(shell));
    all.put("replay", () -> new ReplayCommand(shell));
    all.put("completion", () -> new CompletionCommand(shell, () -> commandLine(shell, null)));
    all.put("rehearse", () -> new RehearseCommand(shell));
    return all;
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
    } catch (StartFailure | ReplayFailure | AdminFailure e) {
      return failed(shell, e);
    }
  }

  private static int misuse(Shell shell, ParameterException e) {
    var at = e.getCommandLine();
    var name = at.getCommandSpec().qualifiedName();
    var message =
        e instanceof UnmatchedArgumentException unmatched && at.getParent() == null
            ? unknown(unmatched.getUnmatched().get(0), at.getSubcommands().keySet())
            : e.getMessage();
    return failed(shell, new StartFailure(message + ": see " + name + " --help"));
  }

  private static String unknown(String command, Set<String> commands) {
    return "\""
        + command
        + "\": no such command"
        + Nearest.of(command, commands).map(near -> " (nearest: " + near + ")").orElse("");
  }

  private static int failed(Shell shell, Exception e) {
    shell.err().println("weft: " + StartFailure.oneLine(message(e)));
    return e instanceof AdminFailure known ? known.code() : ExitCode.REFUSED;
  }

  private static String message(Exception e) {
    boolean told =
        e instanceof StartFailure || e instanceof ReplayFailure || e instanceof AdminFailure;
    return told && e.getMessage() != null ? e.getMessage() : e.toString();
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
