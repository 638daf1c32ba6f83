package io.weft.mesh.client;

import io.vertx.core.Future;
import io.weft.mesh.Reply;
import io.weft.mesh.Request;
import io.weft.mesh.discovery.Endpoint;

/**
 * What carries a request to an endpoint and its reply back; the stack does not know what it is.
 *
 * <p>A transport keeps the request's deadline: at the latest then, the future fails with {@code
 * Unknown}, or with what is known better; so it does at once when the request is cancelled. It
 * keeps no trace of a request whose future is complete.
 */
@FunctionalInterface
public interface Transport {
  /** Sends a request. Called on one event loop, where the future completes as well. */
  Future<Reply> send(Endpoint endpoint, Request request);

  /** Names who is to be told of the loads that endpoints tell of themselves; not all do. */
  default void loads(Loads listener) {}

  /** Who is told of the load of an endpoint. */
  @FunctionalInterface
  interface Loads {
    /**
     * Takes note of a load. Called on the event loop that the transport sends from.
     *
     * @param endpoint the endpoint's id
     * @param load 0 for idle, 1 for as much as it can do
     */
    void told(String endpoint, double load);
  }
}
