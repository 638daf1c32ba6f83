package io.weft.lab.chaos;

import io.vertx.core.Future;
import io.vertx.core.VertxOptions;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.weft.lab.ChildProcess;
import io.weft.lab.Commands;
import io.weft.lab.LabException;
import io.weft.lab.LabNode;
import io.weft.lab.Patience;
import io.weft.lab.Said;
import io.weft.lab.Say;
import io.weft.mesh.Mesh;
import io.weft.mesh.MeshFailure.Rejected;
import io.weft.mesh.MeshLimits;
import io.weft.mesh.Operation;
import io.weft.mesh.bus.ClusterNode;
import io.weft.mesh.telemetry.Telemetry;
import io.weft.mesh.time.Ticker;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** The process that harm is done to: a node that echoes, and says what it was asked. */
public final class Echo {
  /** Answers what is said. */
  static final Operation<Say, Said> ASK = Operation.query("chaos.ask", Say.class, Said.class);

  /** Answers what is said, as a command. */
  static final Operation<Say, Said> TELL = Operation.command("chaos.tell", Say.class, Said.class);

  /** Answers when one of few workers has worked on it. */
  static final Operation<Say, Said> WORK = Operation.query("chaos.work", Say.class, Said.class);

  /** Is refused, as by a service whose database is away. */
  static final Operation<Say, Said> FAIL = Operation.query("chaos.fail", Say.class, Said.class);

  /** The service of all of them. */
  static final String SERVICE = "chaos";

  static final String START = "start";
  static final String FIGURES = "figures";
  static final String TABLE = "table";

  private final Ticker ticker = Ticker.system();
  private final AtomicLong served = new AtomicLong();
  private final AtomicLong firstNanos = new AtomicLong();
  private @Nullable ClusterNode node;
  private @Nullable Workers workers;

  private Echo() {}

  /** Runs the node, which stops in order when it is told to end by SIGTERM. */
  public static void main(String[] arguments) throws IOException {
    var echo = new Echo();
    Runtime.getRuntime().addShutdownHook(new Thread(echo::stop));
    Commands.obey(echo::obey);
    Runtime.getRuntime().halt(0); // Whoever has started it is gone, or wants no more of it.
  }

  private JsonObject obey(JsonObject command) {
    return switch (command.getString(ChildProcess.DO)) {
      case START -> start(command);
      case FIGURES -> figures();
      case TABLE -> new JsonObject().put("nodes", table(started().mesh()));
      default -> throw new LabException("unknown: " + command.encode());
    };
  }

  private JsonObject start(JsonObject command) {
    var settings =
        LabNode.settings(
            command.getString("name"),
            command.getString("cluster"),
            command.getString("host"),
            command.getInteger("port"),
            command.getJsonArray("join").stream().map(String::valueOf).toList());
    var starting = LabNode.serve(settings, new VertxOptions(), Telemetry.NONE, this::serve);
    node = Patience.await("the node", starting, ChaosLimits.START_MAX);
    long readyNanos = ticker.nanos();
    var self = node.mesh().nodes().get(0);
    return new JsonObject()
        .put("readyNanos", readyNanos)
        .put("incarnation", self.incarnation())
        .put("bus", self.addresses().get("bus"));
  }

  private Future<?> serve(Mesh mesh) {
    return mesh.serve(ASK, this::answer)
        .compose(done -> mesh.serve(TELL, this::answer))
        .compose(done -> mesh.serve(WORK, this::work))
        .compose(done -> mesh.serve(FAIL, this::refuse));
  }

  private Future<Said> answer(Say say) {
    count();
    return Future.succeededFuture(Said.to(say));
  }

  private Future<Said> refuse(Say say) {
    count();
    return Future.failedFuture(
        new Rejected(Rejected.Reason.UNAVAILABLE, "nothing works here", MeshLimits.RETRY_AFTER));
  }

  private Future<Said> work(Say say) {
    count();
    if (workers == null) { // On the instance's one event loop.
      workers = new Workers(started().time().timers());
    }
    return workers.work().map(worked -> Said.to(say));
  }

  private void count() {
    served.incrementAndGet();
    if (firstNanos.get() == 0) {
      firstNanos.compareAndSet(0, ticker.nanos());
    }
  }

  private JsonObject figures() {
    return new JsonObject().put("served", served.get()).put("firstNanos", firstNanos.get());
  }

  /** Returns the incarnations of the nodes that serve, as a node sees them. */
  static List<String> serving(Mesh mesh) {
    return mesh.nodes().stream()
        .filter(record -> record.serving(SERVICE) > 0)
        .map(record -> record.incarnation())
        .toList();
  }

  private static JsonArray table(Mesh mesh) {
    return new JsonArray(serving(mesh));
  }

  private ClusterNode started() {
    if (node == null) {
      throw new LabException("the node is not started");
    }
    return node;
  }

  private void stop() {
    if (node != null) {
      Patience.await("the node stops", node.stop(), ChaosLimits.START_MAX);
    }
  }
}
