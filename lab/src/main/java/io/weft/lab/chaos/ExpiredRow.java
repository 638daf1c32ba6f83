package io.weft.lab.chaos;

import io.vertx.core.Future;
import io.weft.lab.LabException;
import io.weft.lab.Patience;
import io.weft.lab.Say;
import io.weft.lab.hostile.Attacker;
import io.weft.mesh.CallOptions;
import io.weft.mesh.Cancellation;
import io.weft.mesh.Deadline;
import io.weft.mesh.Operation.Kind;
import io.weft.mesh.Origin;
import io.weft.mesh.Payload;
import io.weft.mesh.Request;
import io.weft.mesh.TraceContext;
import io.weft.mesh.policy.Policy;
import io.weft.mesh.wire.FrameWriter;
import io.weft.mesh.wire.JsonCodec;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Row 9: calls arrive that are of no use any more. Some say so themselves, and some have waited in
 * front of a process that stood still.
 */
final class ExpiredRow implements Row {
  private static final int ROW = 9;
  private static final int VICTIM = 0;

  @Override
  public List<Result> run(Plan plan) {
    try (var cluster = EchoCluster.start(plan)) {
      return List.of(arrivingExpired(cluster), waitingTooLong(cluster));
    }
  }

  private static Result arrivingExpired(EchoCluster cluster) {
    var node = cluster.node(VICTIM);
    long before = node.served();
    try (var peer = new Attacker(node.busPort(), "weft." + node.name() + ".0")) {
      var instance = instance(cluster);
      for (int i = 0; i < ChaosLimits.EXPIRED_CALLS; i++) {
        peer.send(peer.message(expired(node.incarnation(), instance, i + 1)));
      }
      peer.flush();
      // A call of our own, behind all of them on the node's one event loop.
      Patience.pause(ChaosLimits.SETTLE);
      await(cluster, ask(cluster, CallOptions.DEFAULT));
    } catch (IOException e) {
      throw new LabException("the bus port of " + node.name() + ": " + e.getMessage(), e);
    }
    long ran = node.served() - before - 1;
    return Result.none(
        ROW, "handlers run", ran, " for " + ChaosLimits.EXPIRED_CALLS + " that arrive expired");
  }

  private static String instance(EchoCluster cluster) {
    var name = cluster.node(VICTIM).name();
    return cluster.mesh().nodes().stream()
        .filter(record -> record.id().equals(name))
        .flatMap(record -> record.instances().stream())
        .map(instance -> instance.id())
        .findFirst()
        .orElseThrow(() -> new LabException(name + " serves nothing"));
  }

  private static byte[] expired(String incarnation, String instance, long id) {
    var body = JsonCodec.encode(Say.numbered(id));
    var request =
        new Request(
            Echo.ASK.name(),
            Kind.QUERY,
            Payload.of(body),
            new Deadline(() -> 0, 0),
            "",
            Origin.of(TraceContext.NONE, "stranger"),
            null,
            Cancellation.NEVER,
            Policy.DEFAULT);
    var writer = new FrameWriter(FrameWriter.header("stranger", "s", 0, incarnation));
    writer.request(id, instance, request, body);
    return Arrays.copyOf(writer.bytes(), writer.size());
  }

  private static Result waitingTooLong(EchoCluster cluster) {
    var node = cluster.node(VICTIM);
    await(cluster, ask(cluster, CallOptions.DEFAULT));
    long before = node.served();
    node.process().signal("STOP");
    var options = CallOptions.DEFAULT.withTimeout(ChaosLimits.STALLED_TIMEOUT);
    var calls = new ArrayList<Future<?>>();
    for (int i = 0; i < ChaosLimits.STALLED_CALLS; i++) {
      calls.add(ask(cluster, options));
    }
    Patience.pause(ChaosLimits.STALLED_TIMEOUT.multipliedBy(3));
    node.process().signal("CONT");
    calls.forEach(call -> await(cluster, call.otherwiseEmpty()));
    Patience.pause(ChaosLimits.SETTLE);
    long ran = node.served() - before;
    return Result.none(
        ROW,
        "handlers run",
        ran,
        " for " + ChaosLimits.STALLED_CALLS + " that expired before a stopped process went on");
  }

  private static Future<?> ask(EchoCluster cluster, CallOptions options) {
    var node = cluster.node(VICTIM).name();
    return cluster.mesh().call(Echo.ASK, Say.numbered(1), options.withNode(node));
  }

  private static void await(EchoCluster cluster, Future<?> call) {
    Patience.await("a call to " + cluster.node(VICTIM).name(), call, ChaosLimits.ANSWER_MAX);
  }
}
