package io.weft.mesh.bus;

import io.vertx.core.buffer.Buffer;
import io.weft.mesh.ItemSource;
import io.weft.mesh.MeshFailure;
import io.weft.mesh.MeshFailure.Application;
import io.weft.mesh.MeshFailure.Unknown;
import io.weft.mesh.MeshLimits;
import io.weft.mesh.Payload;
import java.util.ArrayDeque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One stream that a peer reads: its items on their way from their source into the outbox.
 *
 * <p>The source is asked for a few items at a time, and for none while the outbox has no room: so
 * no more than {@link MeshLimits#STREAM_GRANT_ITEMS} ever wait here, however many the reader has
 * asked for. Its state belongs to the lane's event loop; the source may call from elsewhere.
 */
final class ServedStream implements ItemSource.Sink {
  private static final Logger LOG = LoggerFactory.getLogger(ServedStream.class);

  private final long id;
  private final Lane lane;
  private final PeerLane peer;
  private final ItemSource source;
  private final ArrayDeque<Runnable> held = new ArrayDeque<>();

  /** Items that the reader has asked for and the source has not been asked for yet. */
  private int owed;

  /** Items that the source has been asked for and has not given. */
  private int granted;

  /** Items that the source has given. */
  private long items;

  private boolean over;

  ServedStream(long id, Lane lane, PeerLane peer, ItemSource source) {
    this.id = id;
    this.lane = lane;
    this.peer = peer;
    this.source = source;
  }

  void start() {
    source.start(this);
  }

  /** The reader asks for more items. */
  void credit(int items) {
    if (over) {
      return;
    }
    owed += items;
    int asked = owed + granted + held.size();
    if (asked > MeshLimits.STREAM_WINDOW_ITEMS) {
      fail(
          new Unknown(
              asked
                  + " items asked for at a time (limit: "
                  + MeshLimits.STREAM_WINDOW_ITEMS
                  + ")"));
    } else {
      grant();
    }
  }

  private void grant() {
    if (!over && held.isEmpty() && owed > 0 && granted <= MeshLimits.STREAM_GRANT_ITEMS / 2) {
      int items = Math.min(owed, MeshLimits.STREAM_GRANT_ITEMS - granted);
      owed -= items;
      granted += items;
      source.credit(items);
    }
  }

  /** The reader has gone. */
  void cancel() {
    over = true;
    held.clear();
    source.cancel();
  }

  @Override
  public void item(Payload item) {
    lane.run(
        () -> {
          if (!over) {
            granted--;
            take(item);
            grant();
          }
        });
  }

  private void take(Payload item) {
    Buffer body;
    try {
      body = checked(item.bytes());
    } catch (MeshFailure e) {
      fail(e);
      return;
    } catch (RuntimeException e) { // Of a codec of the operation's own, anything.
      LOG.error("An item of a stream for node {} failed", peer.outbox().peer().node(), e);
      fail(new Unknown("an item cannot be written; its node's log says why", e));
      return;
    }
    long number = items++;
    put(body.length(), () -> peer.outbox().item(id, number, item, body));
  }

  private static Buffer checked(Buffer body) {
    if (body.length() > MeshLimits.ITEM_MAX_BYTES) {
      throw new Application(
          "item.too_large",
          "item of " + body.length() + " bytes (limit: " + MeshLimits.ITEM_MAX_BYTES + ")");
    }
    return body;
  }

  private void fail(MeshFailure failure) {
    source.cancel();
    finish(() -> peer.outbox().failure(id, failure));
  }

  @Override
  public void ended() {
    lane.run(() -> finish(() -> peer.outbox().ended(id, items)));
  }

  @Override
  public void failed(MeshFailure failure) {
    lane.run(() -> finish(() -> peer.outbox().failure(id, failure)));
  }

  private void finish(Runnable last) {
    if (!over && peer.ends(id, this)) {
      over = true;
      put(0, last);
    }
  }

  private void put(int bytes, Runnable entry) {
    if (held.isEmpty() && peer.outbox().takes(bytes)) {
      entry.run();
    } else {
      if (held.isEmpty()) {
        peer.outbox().whenDrained(this::release);
      }
      held.add(entry);
    }
  }

  private void release() {
    while (!held.isEmpty() && peer.outbox().takes(MeshLimits.ITEM_MAX_BYTES)) {
      held.poll().run();
    }
    if (held.isEmpty()) {
      grant();
    } else {
      peer.outbox().whenDrained(this::release);
    }
  }
}
