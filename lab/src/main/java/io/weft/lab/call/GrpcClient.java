package io.weft.lab.call;

import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import io.weft.lab.LabException;
import io.weft.lab.Ports;
import io.weft.lab.Said;
import io.weft.lab.Say;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * grpc-java as a client: plain text, asynchronous unary calls, in the configurations that were
 * fastest somewhere.
 */
final class GrpcClient implements EchoClient {
  private static final String POOLED = "1 channel, pooled executor";
  private static final String ONE = "1 channel, direct executor";
  private static final String TWO = "2 channels, direct executor";

  private final CallerThread caller = new CallerThread();
  private Map<String, List<ManagedChannel>> channels = Map.of();
  private List<ManagedChannel> used = List.of();

  @Override
  public Future<Void> connect(JsonObject address) {
    int port = address.getInteger("port");
    channels =
        Map.of(
            POOLED, List.of(builder(port).build()),
            ONE, List.of(direct(port)),
            TWO, List.of(direct(port), direct(port)));
    use(ONE);
    return Future.succeededFuture();
  }

  private static ManagedChannel direct(int port) {
    return builder(port).directExecutor().build();
  }

  private static NettyChannelBuilder builder(int port) {
    return NettyChannelBuilder.forAddress(Ports.HOST, port).usePlaintext();
  }

  @Override
  public List<String> variants() {
    return List.of(ONE, TWO, POOLED);
  }

  @Override
  public void use(String variant) {
    used = Objects.requireNonNull(channels.get(variant), variant);
  }

  @Override
  public void call(Say request, Done done) {
    var channel = used.get((int) (request.number() % used.size()));
    ClientCalls.asyncUnaryCall(
        channel.newCall(GrpcEcho.SAY, CallOptions.DEFAULT), request, new Answer(done));
  }

  @Override
  public void execute(Runnable task) {
    caller.execute(task);
  }

  /** Waits for the end of the call, as a reply may still be followed by a failure. */
  private static final class Answer implements StreamObserver<Said> {
    private final Done done;
    private @Nullable Said reply;

    Answer(Done done) {
      this.done = done;
    }

    @Override
    public void onNext(Said said) {
      reply = said;
    }

    @Override
    public void onError(Throwable failure) {
      done.done(null, failure);
    }

    @Override
    public void onCompleted() {
      if (reply == null) {
        done.done(null, new LabException("gRPC: no reply"));
      } else {
        done.done(reply, null);
      }
    }
  }
}
