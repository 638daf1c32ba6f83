package io.weft.mesh;

/**
 * Where the items of a stream come from, as the path of a call hands it on: no item comes before it
 * was asked for.
 *
 * <p>Its methods may be called from any thread.
 */
public interface ItemSource {
  /** Begins; no item comes before {@link #credit}. To be called once. */
  void start(Sink sink);

  /** Allows some more items to come. */
  void credit(int items);

  /** Says that no more items are wanted; the sink is told nothing from then on, or soon after. */
  void cancel();

  /** Who gets the items: called on one thread at a time, in order, and nothing after the end. */
  interface Sink {
    /** The next item. */
    void item(Payload item);

    /** All items have come. */
    void ended();

    /** No more items come, because of a failure. */
    void failed(MeshFailure failure);
  }
}
