package io.weft.node.cli;

import io.vertx.core.json.JsonObject;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code weft subscribe}: the events of a topic as they happen. */
@Command(
    name = "subscribe",
    description = {
      "The events of a topic, such as orders.placed, one line of JSON each, until interrupted.",
      "With --after 0 from the oldest that is kept; without, those that happen from now on."
    })
final class SubscribeCommand extends AdminCommand {
  @Parameters(index = "0", paramLabel = "topic", description = "as in orders.placed")
  private String topic = "";

  @Option(names = "--after", paramLabel = "<position>", description = "the position seen last")
  private @Nullable Long after;

  @Option(names = "--limit", paramLabel = "<events>", description = "and then end")
  private @Nullable Integer limit;

  SubscribeCommand(Shell shell) {
    super(shell);
  }

  @Override
  int once() {
    var left = new AtomicInteger(limit == null ? Integer.MAX_VALUE : limit);
    var path = "/v1/subscribe" + query("topic", topic, "after", after == null ? null : "" + after);
    stream(path, (name, data) -> told(name, data, left));
    return ExitCode.OK;
  }

  private boolean told(String name, JsonObject data, AtomicInteger left) {
    if (!name.equals("event")) {
      shell.err().println("! " + data.getString("why", name));
      return true;
    }
    shell.out().println(data.encode());
    shell.out().flush();
    return left.decrementAndGet() > 0;
  }
}
