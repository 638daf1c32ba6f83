package io.weft.lab.call;

import io.grpc.ServerServiceDefinition;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ServerCalls;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import io.weft.lab.Said;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/** grpc-java as a server: plain text, handlers on the network threads, which is its fastest. */
final class GrpcServer implements EchoServer {
  @Override
  public Future<JsonObject> start() {
    var echo =
        ServerServiceDefinition.builder(GrpcEcho.SERVICE)
            .addMethod(
                GrpcEcho.SAY,
                ServerCalls.asyncUnaryCall(
                    (request, reply) -> {
                      reply.onNext(Said.to(request));
                      reply.onCompleted();
                    }))
            .build();
    try {
      var server =
          NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
              .directExecutor()
              .addService(echo)
              .build()
              .start();
      return Future.succeededFuture(new JsonObject().put("port", server.getPort()));
    } catch (IOException e) {
      return Future.failedFuture(e);
    }
  }
}
