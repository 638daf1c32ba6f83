package io.weft.mesh;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxBootstrap;
import io.vertx.core.spi.VertxServiceProvider;
import io.vertx.core.spi.context.storage.ContextLocal;
import java.util.Optional;

/**
 * The call that is being served: what its caller sent along with the request.
 *
 * <p>It is bound to the Vert.x context on which the handler runs, and follows from there through
 * every future that completes on that context. Not safe for use outside of it.
 */
public final class Call {
  private final String operation;
  private final Deadline deadline;
  private final String key;
  private final TraceContext trace;
  private final String caller;
  private final Cancellation cancellation;
  private boolean replayed;

  /**
   * Creates the call of a request.
   *
   * @param operation the name of the operation that is served
   * @param deadline the time by which the answer is useless
   * @param key the idempotency key of a command; empty for a query
   * @param trace where the call stands in a trace
   * @param caller the service, or else the node, that calls
   * @param cancellation whether anybody still waits for the answer
   */
  public Call(
      String operation,
      Deadline deadline,
      String key,
      TraceContext trace,
      String caller,
      Cancellation cancellation) {
    this.operation = operation;
    this.deadline = deadline;
    this.key = key;
    this.trace = trace;
    this.caller = caller;
    this.cancellation = cancellation;
  }

  /** Creates the call of a request. */
  public Call(Request request) {
    this(
        request.operation(),
        request.deadline(),
        request.key(),
        request.trace(),
        request.caller(),
        request.cancellation());
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
    return operation;
  }

  /** Returns the name of the service that serves. */
  public String service() {
    return Operation.serviceOf(operation);
  }

  /** Returns the time by which the answer is useless. */
  public Deadline deadline() {
    return deadline;
  }

  /** Returns the idempotency key of a command; empty for a query. */
  public String key() {
    return key;
  }

  /** Returns where the call stands in a trace. */
  public TraceContext trace() {
    return trace;
  }

  /** Returns the service, or else the node, that calls. */
  public String caller() {
    return caller;
  }

  /**
   * Returns whether anybody still waits for the answer; calls made from here are cancelled with it.
   */
  public Cancellation cancellation() {
    return cancellation;
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
