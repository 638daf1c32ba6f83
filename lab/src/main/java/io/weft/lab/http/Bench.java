package io.weft.lab.http;

import io.vertx.core.json.JsonObject;
import io.weft.lab.ChildProcess;
import io.weft.lab.LabException;
import io.weft.lab.Ports;
import io.weft.lab.ShippedNode;
import io.weft.lab.TemporaryFolder;
import io.weft.mesh.time.Rng;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One run: the gateway of a node as it is shipped, in front of an instance of users in another
 * process; and nginx and haproxy in front of the same lookup over plain HTTP. All of them stay up,
 * and are measured in turn, so that a busy or slow minute of the machine is everybody's.
 */
final class Bench implements AutoCloseable {
  static final String WEFT = "weft";
  static final String NGINX = "nginx";
  static final String HAPROXY = "haproxy";
  static final String HTTP1 = "http/1.1";
  static final String HTTP2 = "http/2";

  private final Plan plan;
  private final PrintWriter progress;
  private final TemporaryFolder kept = new TemporaryFolder();
  private final Path folder = kept.path();
  private final List<AutoCloseable> running = new ArrayList<>();
  private final List<Contender> contenders;
  private final Thread end = new Thread(this::close);
  private @Nullable ShippedNode gateway;
  private String token = "";

  /**
   * What is measured.
   *
   * @param connections requests outstanding at a time
   * @param seconds for so long each time
   * @param rounds so often
   */
  record Plan(int connections, int seconds, int rounds) {}

  /** Starts everything. Blocks. */
  Bench(Plan plan, PrintWriter progress) {
    this.plan = plan;
    this.progress = progress;
    Runtime.getRuntime().addShutdownHook(end);
    progress.println("starting a shipped gateway, nginx, haproxy and what they stand in front of…");
    int shipped = startGateway();
    int plain = Ports.lasting();
    started(new ChildProcess("lookup", LookupMain.class, LookupMain.PLAIN, "" + plain));
    int nginx = Ports.lasting();
    running.add(Proxy.nginx(folder, plain, nginx));
    int haproxy = Ports.lasting();
    running.add(Proxy.haproxy(folder, plain, haproxy));
    contenders =
        List.of(
            new Contender(WEFT, HTTP1, () -> wrk(shipped)),
            new Contender(NGINX, HTTP1, () -> wrk(nginx)),
            new Contender(WEFT, HTTP2, () -> h2load(shipped)),
            new Contender(HAPROXY, HTTP2, () -> h2load(haproxy)));
  }

  private int startGateway() {
    var cluster = "bench-" + Rng.system().uuid().toString().substring(0, 8);
    int port = Ports.lasting();
    started(new ChildProcess("users", LookupMain.class, LookupMain.MESH, cluster, "" + port));
    var more = new ArrayList<>(List.of("--services", "routing=cores", "--cluster-name", cluster));
    more.addAll(List.of("--site", "lab", "--http-h2c", "on"));
    var node = ShippedNode.alone("gateway", "lab", folder, more);
    gateway = node;
    node.launch(List.of(Ports.HOST + ":" + port));
    node.awaitReady();
    token = node.token();
    return node.httpPort();
  }

  private void started(ChildProcess process) {
    running.add(process);
    process.ask(new JsonObject(), HttpLimits.START_MAX); // It answers once it serves.
  }

  private Measured wrk(int port) {
    return Measured.wrk(Proxy.user(port), token, plan.connections(), plan.seconds());
  }

  private Measured h2load(int port) {
    return Measured.h2load(
        Proxy.user(port), token, plan.connections(), plan.seconds(), folder.resolve("h2load.log"));
  }

  /** Measures. Blocks for as long as it takes. */
  List<Figures> run() {
    progress.println("warming up…");
    for (int i = 0; i < HttpLimits.WARM_ROUNDS; i++) {
      boolean last = i == HttpLimits.WARM_ROUNDS - 1;
      contenders.forEach(contender -> warm(contender, last));
    }
    var measured = new LinkedHashMap<Contender, List<Measured>>();
    contenders.forEach(contender -> measured.put(contender, new ArrayList<>()));
    for (int round = 1; round <= plan.rounds(); round++) {
      progress.println("round " + round + " of " + plan.rounds() + "…");
      measured.forEach((contender, rounds) -> rounds.add(contender.measure().get()));
    }
    return measured.entrySet().stream()
        .map(each -> Figures.of(each.getKey(), plan.connections(), each.getValue()))
        .toList();
  }

  /** What answers nothing right needs not be measured; its first answers may be slow to come. */
  private void warm(Contender contender, boolean last) {
    var measured = contender.measure().get();
    if (last && measured.errors() >= measured.rps() * plan.seconds()) {
      throw new LabException(
          "%s over %s: %d wrong answers while it warmed up"
              .formatted(contender.system(), contender.protocol(), measured.errors()));
    }
  }

  /** Stops everything, and deletes what was kept. */
  @Override
  public void close() {
    if (gateway != null && gateway.alive()) {
      gateway.terminate();
      gateway.awaitEnd();
    }
    for (var each : running) {
      try {
        each.close();
      } catch (Exception e) {
        progress.println("not stopped: " + e.getMessage());
      }
    }
    running.clear();
    kept.close();
  }
}
