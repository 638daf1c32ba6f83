package io.weft.mesh;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxBootstrap;
import io.vertx.core.spi.VertxServiceProvider;
import io.vertx.core.spi.context.storage.ContextLocal;
import io.weft.mesh.security.Principal;
import java.util.Optional;

/**
 * The call that is being served: what its caller sent along with the request.
 *
 * <p>It is bound to the Vert.x context on which the handler runs, and follows from there through
 * every future that completes on that context. Not safe for use outside of it.
 */
public final class Call {
  private final Request request;
  private boolean replayed;

  /** Creates the call of a request. */
  public Call(Request request) {
    this.request = request;
  }

  /** Returns the call that is being served on the current context, if there is one. */
  public static Optional<Call> current() {
    Context context = Vertx.currentContext();
    return context == null ? Optional.empty() : Optional.ofNullable(context.getLocal(Local.CALL));
  }

  /** Binds this call to a context, which must be one made for this call alone. */
  public void bindTo(Context context) {
    context.putLocal(Local.CALL, this);
  }

  /** Returns the name of the operation that is served. */
  public String operation() {
    return request.operation();
  }

  /** Returns the name of the service that serves. */
  public String service() {
    return Operation.serviceOf(request.operation());
  }

  /** Returns the time by which the answer is useless. */
  public Deadline deadline() {
    return request.deadline();
  }

  /** Returns the idempotency key of a command; empty for a query. */
  public String key() {
    return request.key();
  }

  /** Returns where the call comes from, and what it hands on to calls made from here. */
  public Origin origin() {
    return request.origin();
  }

  /** Returns where the call stands in a trace, as its caller said. */
  public TraceContext trace() {
    return request.trace();
  }

  /** Returns where the handler's run stands in that trace: what it does outside belongs there. */
  public TraceContext served() {
    return request.trace().served();
  }

  /** Returns the service, or else the node, that calls. */
  public String caller() {
    return request.caller();
  }

  /**
   * Returns who asked, at the edge, for what this call is made for; {@link Principal#ANONYMOUS} if
   * nobody did. It is believed as far as the nodes of the site are.
   */
  public Principal principal() {
    return request.origin().principal();
  }

  /**
   * Returns whether anybody still waits for the answer; calls made from here are cancelled with it.
   */
  public Cancellation cancellation() {
    return request.cancellation();
  }

  /**
   * Says that the answer is one given before, to a command with the same key; the caller is told.
   */
  public void markReplayed() {
    replayed = true;
  }

  /** Returns whether the answer is one given before. */
  public boolean replayed() {
    return replayed;
  }

  /** Registers the context slot of calls before any Vert.x is created. Loaded by Vert.x. */
  public static final class Local implements VertxServiceProvider {
    private static final ContextLocal<Call> CALL = ContextLocal.registerLocal(Call.class);

    @Override
    public void init(VertxBootstrap bootstrap) {
      // Loading this class is all there is to do: the slot must exist before Vert.x counts them.
    }
  }
}
