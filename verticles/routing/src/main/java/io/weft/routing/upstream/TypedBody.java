package io.weft.routing.upstream;

import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.streams.ReadStream;
import io.weft.mesh.MeshFailure.Unknown;
import org.jspecify.annotations.Nullable;

/**
 * A body as the mesh takes it: where it breaks off, that is a failure of the mesh's own kinds and
 * no fault of this node.
 */
final class TypedBody implements ReadStream<Buffer> {
  private final ReadStream<Buffer> body;

  /** Takes a body over; from now on nobody else reads it. */
  TypedBody(ReadStream<Buffer> body) {
    this.body = body.exceptionHandler(nobodyReadsIt -> {});
  }

  @Override
  public TypedBody exceptionHandler(@Nullable Handler<Throwable> handler) {
    body.exceptionHandler(
        failure -> {
          if (handler != null) {
            handler.handle(new Unknown("a body broke off: " + failure.getMessage()));
          }
        });
    return this;
  }

  @Override
  public TypedBody handler(@Nullable Handler<Buffer> handler) {
    body.handler(handler);
    return this;
  }

  @Override
  public TypedBody endHandler(@Nullable Handler<Void> handler) {
    body.endHandler(handler);
    return this;
  }

  @Override
  public TypedBody pause() {
    body.pause();
    return this;
  }

  @Override
  public TypedBody resume() {
    body.resume();
    return this;
  }

  @Override
  public TypedBody fetch(long amount) {
    body.fetch(amount);
    return this;
  }
}
