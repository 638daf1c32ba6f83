package io.weft.node.cli;

import io.vertx.core.Vertx;
import io.weft.mesh.time.Time;
import io.weft.node.NodeFile;
import io.weft.node.StartFailure;
import io.weft.node.replay.Replay;
import io.weft.node.replay.ReplayFailure;
import io.weft.node.replay.ReplayLimits;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code weft replay}: replays a book of orders over HTTP and compares what comes back. */
@Command(
    name = "replay",
    description = {
      "Makes users of the customers and orders of the orders of a book (docs/REPLAY.md), spread",
      "over all gateways, and compares the totals that come back with the book's, to the cent.",
      "A second run changes nothing. Exit code 1 on any difference. It asks as an operator: with",
      "the token in WEFT_TOKEN, or one that it issues as weft token does."
    })
final class ReplayCommand extends ShellCommand {
  @Parameters(arity = "1", paramLabel = "folder", description = "the book")
  private Path folder = Path.of(".");

  @Option(
      names = "--urls",
      split = ",",
      paramLabel = "<url>",
      description = "gateways, such as http://127.0.0.1:8080 (default: the nodes of this host)")
  private List<String> urls = List.of();

  @Option(
      names = "--concurrency",
      paramLabel = "<requests>",
      description = "requests at a time (default: ${DEFAULT-VALUE})")
  private int concurrency = ReplayLimits.CONCURRENCY;

  ReplayCommand(Shell shell) {
    super(shell);
  }

  @Override
  int run() {
    if (concurrency < 1 || concurrency > ReplayLimits.CONCURRENCY_MAX) {
      throw new StartFailure(
          "--concurrency: "
              + concurrency
              + " (expected: 1 to "
              + ReplayLimits.CONCURRENCY_MAX
              + ")");
    }
    var book = shell.workingFolder().resolve(folder);
    if (!Files.isDirectory(book)) {
      throw new StartFailure(folder + ": no such folder (expected: a book as in docs/REPLAY.md)");
    }
    var plan =
        new Replay.Plan(
            book, gateways(), authorities(), operatorToken(), concurrency, shell.terminal());
    var vertx = Vertx.vertx();
    try {
      return tell(
          Replay.run(vertx, Time.of(vertx), plan, shell.out())
              .toCompletionStage()
              .toCompletableFuture()
              .get());
    } catch (ExecutionException e) {
      throw e.getCause() instanceof ReplayFailure failure
          ? failure
          : new ReplayFailure("replay: " + e.getCause(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ReplayFailure("replay: interrupted", e);
    } finally {
      // Waited for, so that no event loop outlives the command.
      vertx.close().toCompletionStage().toCompletableFuture().join();
    }
  }

  private List<URI> gateways() {
    var found = new ArrayList<URI>();
    if (urls.isEmpty()) {
      nodeFiles().stream()
          .filter(NodeFile::alive)
          .flatMap(file -> file.url("http").stream())
          .forEach(found::add);
    }
    urls.forEach(url -> found.add(url(url)));
    if (found.isEmpty()) {
      throw new StartFailure(
          "no gateway runs here: start nodes with scripts/start.sh, or name some with --urls");
    }
    return found;
  }

  private static URI url(String text) {
    if (!text.matches("https?://[^\\s/?#]+/?")) {
      throw new StartFailure(
          "--urls: \"" + text + "\" (expected: http://host:port or https://host:port)");
    }
    return URI.create(text);
  }

  private int tell(Replay.Outcome outcome) {
    var out = shell.out();
    out.printf(
        Locale.ROOT,
        "%,d users, %,d orders, %,d minor units in all; %,.0f orders/s, %,d replays, %,d retries%n",
        outcome.users(),
        outcome.orders(),
        outcome.totalMinor(),
        outcome.ordersPerSecond(),
        outcome.replays(),
        outcome.retries());
    var differences = outcome.differences();
    if (differences.isEmpty()) {
      out.println("every total is as the book says, to the cent");
      return ExitCode.OK;
    }
    differences.stream()
        .limit(ReplayLimits.DIFFERENCES_SHOWN)
        .forEach(difference -> out.println("! " + difference));
    out.println("! " + differences.size() + " differences");
    return ExitCode.NOT_WELL;
  }
}
