package io.weft.node.cli;

import io.weft.node.Node;
import io.weft.node.NodeLimits;
import io.weft.node.StartFailure;
import io.weft.node.log.LogSetup;
import io.weft.node.settings.Settings;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** {@code weft node}: runs a node until it is asked to stop. */
final class NodeCommand {
  // What a shell reports for a process that SIGTERM has killed.
  private static final int KILLED = 143;
  private static final Logger LOG = LoggerFactory.getLogger(NodeCommand.class);

  private NodeCommand() {}

  /** Returns the command's flags: one for each setting, and a few about settings. */
  static CommandSpec spec() {
    var spec = CommandSpec.create().name("node");
    spec.usageMessage()
        .description(
            "Runs a node until SIGTERM or SIGINT. Each flag has a key in conf/node.yaml and a"
                + " variable, WEFT_ and the key, as in WEFT_HTTP_PORT.");
    CommandLines.addSettings(spec);
    spec.addOption(
        OptionSpec.builder("--config")
            .paramLabel("<file>")
            .type(String.class)
            .arity("1")
            .description("the settings file (default: conf/node.yaml)")
            .build());
    spec.addOption(
        OptionSpec.builder("--print-config")
            .type(boolean.class)
            .description("print each setting, its value and where it came from, and exit")
            .build());
    spec.addOption(
        OptionSpec.builder("-h", "--help")
            .type(boolean.class)
            .usageHelp(true)
            .description("print this and exit")
            .build());
    return spec;
  }

  /** Runs the command. */
  static int run(Shell shell, ParseResult parsed) {
    String file = parsed.matchedOptionValue("--config", (String) null);
    var settings = CommandLines.settings(shell, file, CommandLines.settingsGiven(parsed));
    if (parsed.hasMatchedOption("--print-config")) {
      shell.out().print(settings.print());
      return ExitCode.OK;
    }
    LogSetup.start(settings);
    try {
      settings.warnings().forEach(LOG::warn);
      return runUntilAsked(settings);
    } finally {
      LogSetup.stop();
    }
  }

  private static int runUntilAsked(Settings settings) {
    var asked = new CountDownLatch(1);
    var signals = new AtomicInteger();
    Signals.onEnd(
        () -> {
          if (signals.getAndIncrement() > 0) {
            Runtime.getRuntime().halt(KILLED);
          }
          asked.countDown();
        });
    var node = await("start", Node.start(settings), NodeLimits.START_TIMEOUT.toMillis());
    LogSetup.running(settings);
    node.ended().onComplete(ended -> asked.countDown());
    try {
      asked.await();
      boolean lost = signals.get() == 0;
      if (lost) {
        LOG.error(
            "the cluster has ended for this node, which stops: start it again; the lines of"
                + " Hazelcast above tell why");
      }
      await("stop", node.stop().map(true), NodeLimits.STOP_TIMEOUT.toMillis());
      return lost ? ExitCode.NOT_WELL : ExitCode.OK;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return ExitCode.NOT_WELL;
    } catch (StartFailure e) {
      // It was told to stop and could not do so cleanly: the log says what, the code that.
      LOG.error("stopped without finishing: {}", e.getMessage());
      return ExitCode.NOT_WELL;
    }
  }

  private static <T> T await(String what, io.vertx.core.Future<T> future, long millis) {
    try {
      return future.toCompletionStage().toCompletableFuture().get(millis, TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      LOG.debug("{} failed", what, e.getCause());
      throw e.getCause() instanceof StartFailure failure
          ? failure
          : new StartFailure(what + " failed: " + e.getCause(), e);
    } catch (TimeoutException e) {
      throw new StartFailure(
          what + " took longer than " + millis + " ms: see the log with --log-level debug", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StartFailure(what + " was interrupted", e);
    }
  }
}
