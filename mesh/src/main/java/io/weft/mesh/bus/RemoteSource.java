package io.weft.mesh.bus;

import io.weft.mesh.ItemSource;
import io.weft.mesh.MeshFailure;
import io.weft.mesh.MeshFailure.Unknown;
import io.weft.mesh.Payload;
import org.jspecify.annotations.Nullable;

/**
 * The items of a stream that a peer serves.
 *
 * <p>Its state belongs to the lane's event loop, where its sink is called.
 */
final class RemoteSource implements ItemSource {
  private final long id;
  private final Lane lane;
  private final PeerLane peer;
  private @Nullable Sink sink;
  private @Nullable MeshFailure early;
  private int credit;
  private boolean over;

  RemoteSource(long id, Lane lane, PeerLane peer) {
    this.id = id;
    this.lane = lane;
    this.peer = peer;
  }

  @Override
  public void start(Sink sink) {
    lane.run(
        () -> {
          this.sink = sink;
          if (early != null) {
            sink.failed(early);
          }
        });
  }

  @Override
  public void credit(int items) {
    lane.run(
        () -> {
          if (!over) {
            credit += items;
            peer.outbox().credit(id, items);
          }
        });
  }

  @Override
  public void cancel() {
    lane.run(
        () -> {
          if (!over) {
            over = true;
            peer.forget(id);
            peer.outbox().cancel(id);
          }
        });
  }

  /** The next item has come. */
  void item(Payload item) {
    if (over || sink == null) {
      return;
    }
    if (--credit < 0) {
      cancel();
      sink.failed(new Unknown("a stream with more items than were asked for"));
    } else {
      sink.item(item);
    }
  }

  /** The last item has come. */
  void ended() {
    over = true;
    if (sink != null) {
      sink.ended();
    }
  }

  /** No more items come. */
  void failed(MeshFailure failure) {
    if (over) {
      return;
    }
    over = true;
    if (sink == null) {
      early = failure; // Nothing has been asked for yet, so nothing else can have come.
    } else {
      sink.failed(failure);
    }
  }
}
