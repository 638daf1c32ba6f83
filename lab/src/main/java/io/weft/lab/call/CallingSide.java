package io.weft.lab.call;

import io.vertx.core.json.JsonObject;
import io.weft.lab.ChildProcess;
import io.weft.lab.LabException;
import io.weft.lab.Patience;
import io.weft.lab.Said;
import io.weft.lab.Say;
import io.weft.mesh.time.Ticker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** The half that calls. */
final class CallingSide implements Side {
  private final EchoClient client;
  private final Ticker ticker = Ticker.system();
  private final Allocations allocations = new Allocations();
  private final Map<Integer, String> fastest = new HashMap<>();

  /** Creates the half of a system. */
  CallingSide(EchoClient client) {
    this.client = client;
  }

  @Override
  public JsonObject handle(JsonObject command) {
    return switch (command.getString(ChildProcess.DO)) {
      case START -> start(command.getJsonObject("address"));
      case WARM -> warm(command.getInteger("concurrency"), command.getInteger("seconds"));
      case MEASURE -> measure(command.getInteger("concurrency"), command.getInteger("seconds"));
      default -> throw new LabException("unknown to a client: " + command);
    };
  }

  private JsonObject start(JsonObject address) {
    Patience.await("the client", client.connect(address), CallLimits.START_TIMEOUT);
    Patience.until(
        "a first reply",
        CallLimits.FIRST_CALL_TIMEOUT,
        CallLimits.FIRST_CALL_PAUSE,
        this::answered);
    return new JsonObject().put("variants", client.variants().size());
  }

  /** Calls once. A server that has just come may not be known yet, so a failure says nothing. */
  private boolean answered() {
    var reply = new CompletableFuture<Said>();
    client.execute(() -> client.call(Say.numbered(1), (said, failure) -> reply.complete(said)));
    long millis = CallLimits.FIRST_CALL_PATIENCE.toMillis();
    return reply.completeOnTimeout(null, millis, TimeUnit.MILLISECONDS).join() != null;
  }

  private JsonObject warm(int concurrency, int seconds) {
    double best = -1;
    long errors = 0;
    for (var variant : tried()) {
      client.use(variant);
      var measure = run(concurrency, seconds);
      errors += measure.errors();
      if (measure.rps() > best) {
        best = measure.rps();
        fastest.put(concurrency, variant);
      }
    }
    return new JsonObject()
        .put("variant", fastest.getOrDefault(concurrency, ""))
        .put("errors", errors);
  }

  /** There and back again, as whichever runs later has the better compiled code. */
  private List<String> tried() {
    var variants = new ArrayList<>(client.variants());
    if (variants.size() > 1) {
      var back = new ArrayList<>(variants);
      Collections.reverse(back);
      variants.addAll(back);
    }
    return variants;
  }

  private JsonObject measure(int concurrency, int seconds) {
    client.use(fastest.getOrDefault(concurrency, client.variants().get(0)));
    allocations.mark();
    var measure = run(concurrency, seconds);
    return measure.toJson().put(ALLOCATED, allocations.sinceMark());
  }

  private Measure run(int concurrency, int seconds) {
    var duration = Duration.ofSeconds(seconds);
    return Patience.await(
        "the calls",
        new Load(client, ticker, concurrency, duration, CallLimits.DRAIN_TIMEOUT).run(),
        duration.plus(CallLimits.DRAIN_TIMEOUT).plus(CallLimits.ANSWER_SLACK));
  }
}
