package io.weft.mesh.link;

import io.vertx.core.Handler;
import io.vertx.core.http.HttpServerRequest;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The place at a node's gateway where links of other sites come in: empty, or with a {@link
 * HubDoor} in it.
 *
 * <p>Gateways ask it for each request at {@link HubAddress#PATH}; whoever has the links of the node
 * opens and closes it. From any thread.
 */
public final class LinkDoorway {
  private final AtomicReference<Handler<HttpServerRequest>> door = new AtomicReference<>();

  /**
   * Lets links in from now on.
   *
   * @param opened takes requests, on the event loops of gateways
   * @throws IllegalStateException if it is open already
   */
  public void open(Handler<HttpServerRequest> opened) {
    if (!door.compareAndSet(null, opened)) {
      throw new IllegalStateException("links are let in already (expected: to be closed before)");
    }
  }

  /** Lets no further links in; those that are there stay. */
  public void close() {
    door.set(null);
  }

  /**
   * Hands a request to whoever lets links in.
   *
   * @return false, with nothing done, if it is closed
   */
  public boolean enter(HttpServerRequest request) {
    var opened = door.get();
    if (opened == null) {
      return false;
    }
    opened.handle(request);
    return true;
  }
}
