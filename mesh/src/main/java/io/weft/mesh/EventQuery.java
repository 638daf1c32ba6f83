package io.weft.mesh;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which events of a service are wanted, in the order of their positions and then as they happen.
 *
 * @param after the position that was seen last; 0 for all that are kept, null for only new ones
 * @param topics the names of topics; empty for all
 * @param aggregate the id of the only aggregate wanted; null for all
 * @param owner the id of the only owner wanted; null for all
 */
public record EventQuery(
    @Nullable Long after, List<String> topics, @Nullable String aggregate, @Nullable String owner) {
  /** Everything that happens from now on. */
  public static final EventQuery NEW = new EventQuery(null, List.of(), null, null);

  /** Takes absent topics for all. */
  public EventQuery {
    topics = topics == null ? List.of() : List.copyOf(topics);
  }

  /** Returns a query for all events after a position. */
  public static EventQuery after(long position) {
    return new EventQuery(position, List.of(), null, null);
  }
}
