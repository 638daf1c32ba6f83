package io.weft.mesh.bus;

import io.weft.mesh.ItemSource;
import io.weft.mesh.MeshFailure;
import io.weft.mesh.MeshFailure.Unknown;
import io.weft.mesh.Payload;
import io.weft.mesh.wire.FrameReader;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The items of a stream that a peer serves.
 *
 * <p>Items are numbered. What a connection loses as it breaks nobody hears of before the items of
 * the next one come; a reader that went on with those would never know that some are missing.
 *
 * <p>Its state belongs to the lane's event loop, where its sink is called.
 */
final class RemoteSource implements ItemSource {
  private final long id;
  private final Lane lane;
  private final PeerLane peer;
  private @Nullable Sink sink;
  private @Nullable Consumer<Sink> early;
  private int credit;
  private long items;
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
            early.accept(sink);
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
            peer.outbox().cancelStream(id);
          }
        });
  }

  /** The next item has come. */
  void item(long number, Payload item) {
    if (over) {
      return;
    }
    if (lost(number)) {
      cancel();
      tell(to -> to.failed(lostBefore(number)));
    } else if (sink == null || credit == 0) {
      cancel();
      tell(to -> to.failed(new Unknown("a stream with more items than were asked for")));
    } else {
      credit--;
      items++;
      sink.item(item);
    }
  }

  /** The last item has come. */
  void ended(long number) {
    over = true;
    tell(lost(number) ? to -> to.failed(lostBefore(number)) : Sink::ended);
  }

  private boolean lost(long number) {
    return number != items && number != FrameReader.UNNUMBERED;
  }

  private Unknown lostBefore(long number) {
    return new Unknown(
        "of the "
            + number
            + " items before this one of a stream "
            + items
            + " came: the others were lost with a connection");
  }

  /** No more items come. */
  void failed(MeshFailure failure) {
    if (!over) {
      over = true;
      tell(to -> to.failed(failure));
    }
  }

  /** Tells the reader of the end, which may be there before the reader is. */
  private void tell(Consumer<Sink> end) {
    if (sink == null) {
      early = end;
    } else {
      end.accept(sink);
    }
  }
}
