package io.weft.lab.chaos;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.VertxOptions;
import io.weft.lab.LabNode;
import io.weft.lab.Patience;
import io.weft.lab.Ports;
import io.weft.lab.Say;
import io.weft.mesh.Mesh;
import io.weft.mesh.bus.ClusterNode;
import io.weft.mesh.time.Rng;
import io.weft.mesh.time.Ticker;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/** Nodes that echo, each in its process, and a node in this process that calls them. */
final class EchoCluster implements AutoCloseable {
  private final Plan plan;
  private final Ticker ticker = Ticker.system();
  private final Picks picks = new Picks(ticker);
  private final List<EchoNode> nodes = new ArrayList<>();
  private final @Nullable Network network;
  private final String cluster = "chaos-" + Rng.system().uuid();
  private final String host;
  private @Nullable ClusterNode callerNode;

  private EchoCluster(Plan plan, @Nullable Network network) {
    this.plan = plan;
    this.network = network;
    for (int i = 0; i < ChaosLimits.NODES; i++) {
      nodes.add(newNode(i));
    }
    Runtime.getRuntime().addShutdownHook(new Thread(() -> nodes.forEach(EchoNode::close)));
    nodes.forEach(node -> node.start(seeds()));
    host = network == null ? Ports.HOST : network.attachSelf();
    var starting = ClusterNode.start(settings("caller"), new VertxOptions(), picks);
    callerNode = Patience.await("the caller", starting, ChaosLimits.START_MAX);
    Patience.await("the caller", callerNode.ready(), ChaosLimits.START_MAX);
    awaitWhole();
  }

  private EchoNode newNode(int index) {
    List<String> by = network == null ? List.of() : Network.OWN;
    LongFunction<String> place =
        network == null ? pid -> Ports.HOST : pid -> network.attach(index + 1, pid);
    return new EchoNode("n" + (index + 1), cluster, Ports.lasting(), by, place);
  }

  /** Starts nodes on loopback. */
  static EchoCluster start(Plan plan) {
    plan.say("starting " + ChaosLimits.NODES + " nodes…");
    return new EchoCluster(plan, null);
  }

  /** Starts nodes in namespaces of their own. */
  static EchoCluster start(Plan plan, Network network) {
    plan.say("starting " + ChaosLimits.NODES + " nodes in namespaces…");
    return new EchoCluster(plan, network);
  }

  /** Returns the settings of a further member, in this process. */
  ClusterNode.Settings settings(String name) {
    return LabNode.settings(name, cluster, host, Ports.lasting(), seeds());
  }

  /** Returns the incarnations of the nodes that run, in order. */
  List<String> incarnations() {
    return nodes.stream().filter(EchoNode::alive).map(EchoNode::incarnation).sorted().toList();
  }

  private List<String> seeds() {
    return nodes.stream().filter(EchoNode::alive).map(EchoNode::seed).toList();
  }

  EchoNode node(int index) {
    return nodes.get(index);
  }

  Picks picks() {
    return picks;
  }

  long nanos() {
    return ticker.nanos();
  }

  ClusterNode caller() {
    if (callerNode == null) {
      throw new IllegalStateException("the caller is not started");
    }
    return callerNode;
  }

  Mesh mesh() {
    return caller().mesh();
  }

  /** Kills a node's process, and returns when that was. */
  long kill(int index) {
    long killed = nanos();
    nodes.get(index).process().kill();
    return killed;
  }

  /** Starts a node that has ended, and returns when others may call it. */
  void restart(int index) {
    nodes.get(index).close();
    nodes.get(index).start(seeds());
  }

  /** Waits until every node that runs, and the caller, know all of them and no other. */
  void awaitWhole() {
    Patience.until(
        "every table is whole", ChaosLimits.TABLE_MAX, ChaosLimits.LOOK_INTERVAL, this::whole);
  }

  /** Returns whether every node that runs, and the caller, know all of them and no other. */
  boolean whole() {
    var alive = nodes.stream().filter(EchoNode::alive).toList();
    var expected = new HashSet<>(alive.stream().map(EchoNode::incarnation).toList());
    return expected.equals(new HashSet<>(Echo.serving(mesh())))
        && alive.stream().allMatch(node -> expected.equals(new HashSet<>(node.table())));
  }

  /** Waits until a node answers the caller again, and returns after how many milliseconds. */
  long answersAfter(String node, long fromNanos) {
    Patience.until(
        "node " + node + " answers",
        ChaosLimits.TABLE_MAX,
        ChaosLimits.LOOK_INTERVAL,
        () -> picks.answeredMillisAfter(node, fromNanos) >= 0);
    return picks.answeredMillisAfter(node, fromNanos);
  }

  /** Begins a load of queries and commands in turn, at the rate that is asked for. */
  OpenLoop load() {
    return load(rate(), this::queryOrCommand);
  }

  /** Begins a load. */
  OpenLoop load(int perSecond, OpenLoop.Sender sender) {
    var context = context();
    return OpenLoop.start(
        task -> context.runOnContext(turn -> task.run()), caller().time(), perSecond, sender);
  }

  private Future<?> queryOrCommand(long number) {
    return mesh().call(number % 2 == 0 ? Echo.ASK : Echo.TELL, Say.numbered(number));
  }

  /** Returns the rate that is asked for, or half of what goes through at most. */
  int rate() {
    if (plan.rate() > 0) {
      return plan.rate();
    }
    // Twice: the compilers have seen it the second time.
    capacity();
    int half = (int) Math.min(ChaosLimits.RATE_MAX, Math.max(1, capacity() / 2));
    plan.say("half of capacity: " + half + " calls per second");
    return half;
  }

  private double capacity() {
    var answered = new AtomicLong();
    long begin = nanos();
    long end = begin + ChaosLimits.CAPACITY.toNanos();
    var context = context();
    for (int i = 0; i < ChaosLimits.CAPACITY_CALLS; i++) {
      context.runOnContext(turn -> again(context, end, answered));
    }
    Patience.pause(ChaosLimits.CAPACITY);
    return answered.get() * 1e9 / (nanos() - begin);
  }

  private void again(Context context, long endNanos, AtomicLong answered) {
    if (nanos() - endNanos < 0) {
      queryOrCommand(answered.incrementAndGet())
          .onComplete(done -> context.runOnContext(turn -> again(context, endNanos, answered)));
    }
  }

  private Context context() {
    return caller().vertx().getOrCreateContext();
  }

  @Override
  public void close() {
    if (callerNode != null) {
      Patience.await("the caller stops", callerNode.stop(), ChaosLimits.START_MAX);
    }
    nodes.forEach(EchoNode::close);
  }
}
