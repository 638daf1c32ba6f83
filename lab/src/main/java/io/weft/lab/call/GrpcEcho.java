package io.weft.lab.call;

import io.grpc.MethodDescriptor;
import io.vertx.core.buffer.Buffer;
import io.weft.lab.Said;
import io.weft.lab.Say;
import io.weft.mesh.wire.JsonCodec;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/** The unary method of the gRPC benchmark, with the same JSON as everybody's for a body. */
final class GrpcEcho {
  /** The service's name. */
  static final String SERVICE = "echo";

  /** The method. */
  static final MethodDescriptor<Say, Said> SAY =
      MethodDescriptor.<Say, Said>newBuilder()
          .setType(MethodDescriptor.MethodType.UNARY)
          .setFullMethodName(MethodDescriptor.generateFullMethodName(SERVICE, "say"))
          .setSafe(true)
          .setRequestMarshaller(new Json<>(Say.class))
          .setResponseMarshaller(new Json<>(Said.class))
          .build();

  private GrpcEcho() {}

  private record Json<T>(Class<T> type) implements MethodDescriptor.Marshaller<T> {
    @Override
    public InputStream stream(T value) {
      return new ByteArrayInputStream(JsonCodec.encode(value).getBytes());
    }

    @Override
    public T parse(InputStream stream) {
      try {
        return JsonCodec.decode(Buffer.buffer(stream.readAllBytes()), type);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
