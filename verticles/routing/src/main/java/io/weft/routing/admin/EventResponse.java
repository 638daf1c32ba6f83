package io.weft.routing.admin;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import io.weft.mesh.time.Timers;
import io.weft.routing.RoutingLimits;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A response of server-sent events that goes on until its reader leaves, or it is ended.
 *
 * <p>What a reader does not take in time is dropped rather than kept: at most {@link
 * RoutingLimits#ADMIN_STREAM_WAITING_BYTES} wait. For the event loop of the request.
 */
final class EventResponse {
  private static final Logger LOG = LoggerFactory.getLogger(EventResponse.class);
  private static final Buffer HEARTBEAT = Buffer.buffer(":\n\n");

  private final HttpServerResponse response;
  private final Timers timers;
  private final Runnable left;
  private Timers.Handle heartbeat = () -> {};
  private long dropped;
  private boolean over;

  /**
   * Begins the response.
   *
   * @param left is told, once, that it is over
   */
  EventResponse(RoutingContext context, Timers timers, Runnable left) {
    response = context.response();
    this.timers = timers;
    this.left = left;
    response
        .putHeader(HttpHeaders.CONTENT_TYPE, "text/event-stream")
        .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
        .putHeader("X-Content-Type-Options", "nosniff")
        .putHeader("X-Accel-Buffering", "no")
        .setChunked(true)
        .setWriteQueueMaxSize(RoutingLimits.ADMIN_STREAM_WAITING_BYTES);
    context.addEndHandler(end -> leave());
    if (response.closed()) { // Before this was there to be told.
      leave();
      return;
    }
    write(Buffer.buffer("retry: " + RoutingLimits.EVENT_STREAM_RETRY.toMillis() + "\n\n"));
    beat();
  }

  private void beat() {
    heartbeat =
        timers.after(
            RoutingLimits.EVENT_STREAM_HEARTBEAT,
            () -> {
              if (!over) {
                if (!response.writeQueueFull()) {
                  write(HEARTBEAT);
                }
                beat();
              }
            });
  }

  /**
   * Tells the reader of an event, unless too much waits for him.
   *
   * @return whether it was told
   */
  boolean event(String name, JsonObject data) {
    if (over) {
      return false;
    }
    if (response.writeQueueFull()) {
      dropped++;
      return false;
    }
    tellDropped();
    write(frame(name, data));
    return true;
  }

  /** Takes note that something could not be told that happened elsewhere. */
  void dropped(long count) {
    dropped += count;
    if (!over && !response.writeQueueFull()) {
      tellDropped();
    }
  }

  private void tellDropped() {
    if (dropped > 0) {
      write(frame("dropped", new JsonObject().put("count", dropped)));
      dropped = 0;
    }
  }

  /** Returns whether the reader takes more at present. */
  boolean full() {
    return response.writeQueueFull();
  }

  /** Does something as soon as the reader takes more. */
  void whenDrained(Runnable task) {
    response.drainHandler(drained -> task.run());
  }

  private static Buffer frame(String name, JsonObject data) {
    return Buffer.buffer("event: ")
        .appendString(name)
        .appendString("\ndata: ")
        .appendBuffer(data.toBuffer())
        .appendString("\n\n");
  }

  private void write(Buffer bytes) {
    response.write(bytes).onFailure(e -> LOG.debug("reader gone: {}", e.getMessage()));
  }

  /** Ends the response in order. */
  void end() {
    if (!over) {
      leave();
      response.end().onFailure(e -> LOG.debug("reader gone: {}", e.getMessage()));
    }
  }

  private void leave() {
    if (!over) {
      over = true;
      heartbeat.cancel();
      left.run();
    }
  }

  /** Returns whether it is over. */
  boolean over() {
    return over;
  }
}
