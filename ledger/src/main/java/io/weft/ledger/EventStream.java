package io.weft.ledger;

import io.vertx.core.Context;
import io.weft.mesh.Event;
import java.util.List;

/**
 * The events of one reader, on its own context, as its feed gives them.
 *
 * <p>All of it on the reader's context, but {@link #give} and {@link #fail}, which are for the
 * feed's.
 */
final class EventStream extends PulledEvents {
  private final Context context;
  private final Context feeds;
  private Runnable wantMore = () -> {};
  private Runnable leave = () -> {};

  EventStream(Context context, Context feeds) {
    this.context = context;
    this.feeds = feeds;
  }

  /** Names what to call, on the feed's context, to get more and to get no more. */
  void feed(Runnable wantMore, Runnable leave) {
    this.wantMore = wantMore;
    this.leave = leave;
  }

  /** Answers a question for more. On the feed's context. */
  void give(List<Event> events) {
    context.runOnContext(here -> given(events));
  }

  /** Says that no more will come. On the feed's context. */
  void fail(Throwable cause) {
    context.runOnContext(here -> failed(cause));
  }

  @Override
  protected void more() {
    feeds.runOnContext(there -> wantMore.run());
  }

  @Override
  protected void leave() {
    feeds.runOnContext(there -> leave.run());
  }
}
