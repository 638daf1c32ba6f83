package io.weft.node.cli;

import io.weft.mesh.security.Role;
import io.weft.mesh.security.Tokens;
import io.weft.mesh.time.Time;
import io.weft.node.Keys;
import io.weft.node.NodeFile;
import io.weft.node.NodeLimits;
import io.weft.node.StartFailure;
import io.weft.node.settings.Settings;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** A command given from a shell about nodes of one data folder. */
abstract class ShellCommand {
  /** A command sets no timers. */
  private static final Time TIME = Time.withoutTimers();

  /** What surrounds the command. */
  protected final Shell shell;

  @Option(
      names = "--data",
      paramLabel = "<folder>",
      description = "the data folder of the nodes (default: as conf/node.yaml says)")
  private @Nullable String data;

  @Option(
      names = "--ca",
      paramLabel = "<file>",
      description =
          "the PEM certificates of the authorities that nodes with TLS are believed by (default:"
              + " WEFT_CA, or else those that Java knows)")
  private @Nullable String authorities;

  private @Nullable SSLSocketFactory sockets;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "print this and exit")
  private boolean help;

  ShellCommand(Shell shell) {
    this.shell = shell;
  }

  /** Does it, and returns its {@link ExitCode}. */
  abstract int run();

  /** Returns the data folder. */
  Path data() {
    return settings().path("node.data");
  }

  private Settings settings() {
    return settings(Map.of());
  }

  /** Returns the settings as the nodes of the data folder read them, with further flags. */
  Settings settings(Map<String, String> flags) {
    var all = new HashMap<String, String>(flags);
    if (data != null) {
      all.put("--data", data);
    }
    return CommandLines.settings(shell, null, all);
  }

  /** Returns what issues tokens that the nodes of the data folder take. */
  Tokens tokens() {
    return Keys.tokens(settings(), TIME);
  }

  /**
   * Returns a token of an operator: what the environment has in {@code WEFT_TOKEN}, or else a fresh
   * one, good for a day.
   */
  String operatorToken() {
    var given = shell.environment().get("WEFT_TOKEN");
    return given == null || given.isBlank()
        ? tokens().issue(Role.OPERATOR.principal("weft"), NodeLimits.TOKEN_LIFETIME)
        : given.strip();
  }

  /** Returns a client of the admin API of a node of this host. */
  AdminClient admin(NodeFile node) {
    return admin(node.url("admin").orElse(URI.create("http://127.0.0.1:0")));
  }

  /** Returns a client of the admin API at a URL. */
  AdminClient admin(URI url) {
    var trusted = authorities();
    if (trusted != null && sockets == null) {
      sockets = Authorities.of(trusted).getSocketFactory();
    }
    return new AdminClient(url, this::operatorToken, sockets);
  }

  /** Returns the file of the authorities that are believed, or null for those that Java knows. */
  @Nullable Path authorities() {
    var named = authorities == null ? shell.environment().get("WEFT_CA") : authorities;
    return named == null || named.isBlank() ? null : shell.workingFolder().resolve(named);
  }

  /** Returns what the nodes of this host left in the data folder. */
  List<NodeFile> nodeFiles() {
    try {
      return NodeFile.list(data());
    } catch (IOException e) {
      throw new StartFailure(String.valueOf(e.getMessage()), e);
    }
  }

  /**
   * Returns those nodes that are named; all when none is.
   *
   * @throws StartFailure if one is named that is not among them
   */
  static List<NodeFile> named(List<NodeFile> files, List<String> names) {
    var known = files.stream().map(NodeFile::name).toList();
    for (var name : names) {
      if (!known.contains(name)) {
        throw new StartFailure(
            "no node \"" + name + "\" runs here (expected: one of " + known + ")");
      }
    }
    return names.isEmpty()
        ? files
        : files.stream().filter(file -> names.contains(file.name())).toList();
  }

  /** Returns whether help was asked for. */
  boolean helpAsked() {
    return help;
  }
}
