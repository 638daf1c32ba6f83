package io.weft.mesh.bus;

import io.vertx.core.buffer.Buffer;
import io.weft.mesh.ItemSource;
import io.weft.mesh.MeshFailure;
import io.weft.mesh.MeshFailure.Application;
import io.weft.mesh.MeshLimits;
import io.weft.mesh.Payload;
import java.util.ArrayDeque;

/**
 * One stream that a peer reads: its items on their way from their source into the outbox.
 *
 * <p>Items for which the outbox has no room wait here, no more of them than the reader has asked
 * for. Its state belongs to the lane's event loop; the source may call from elsewhere.
 */
final class ServedStream implements ItemSource.Sink {
  private final long id;
  private final Lane lane;
  private final PeerLane peer;
  private final ItemSource source;
  private final ArrayDeque<Runnable> held = new ArrayDeque<>();

  /** Items that the reader has asked for and that have not come from the source. */
  private int asked;

  ServedStream(long id, Lane lane, PeerLane peer, ItemSource source) {
    this.id = id;
    this.lane = lane;
    this.peer = peer;
    this.source = source;
  }

  void start() {
    source.start(this);
  }

  void credit(int items) {
    if (items > MeshLimits.STREAM_WINDOW_ITEMS - asked) {
      // An honest reader never does: it would make items pile up here.
      source.cancel();
      finish(() -> peer.outbox().failure(id, tooMuch(items)));
      return;
    }
    asked += items;
    source.credit(items);
  }

  private MeshFailure tooMuch(int items) {
    return new Application(
        "stream.credit",
        "a credit of "
            + items
            + " items beside "
            + asked
            + " (limit: "
            + MeshLimits.STREAM_WINDOW_ITEMS
            + ")");
  }

  void cancel() {
    held.clear();
    source.cancel();
  }

  @Override
  public void item(Payload item) {
    lane.run(
        () -> {
          asked--;
          Buffer body;
          try {
            body = checked(item.bytes());
          } catch (MeshFailure e) {
            source.cancel();
            finish(() -> peer.outbox().failure(id, e));
            return;
          }
          put(body.length(), () -> peer.outbox().item(id, item, body));
        });
  }

  private static Buffer checked(Buffer body) {
    if (body.length() > MeshLimits.ITEM_MAX_BYTES) {
      throw new Application(
          "item.too_large",
          "item of " + body.length() + " bytes (limit: " + MeshLimits.ITEM_MAX_BYTES + ")");
    }
    return body;
  }

  @Override
  public void ended() {
    lane.run(() -> finish(() -> peer.outbox().ended(id)));
  }

  @Override
  public void failed(MeshFailure failure) {
    lane.run(() -> finish(() -> peer.outbox().failure(id, failure)));
  }

  private void finish(Runnable last) {
    if (peer.ends(id, this)) {
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
    if (!held.isEmpty()) {
      peer.outbox().whenDrained(this::release);
    }
  }
}
