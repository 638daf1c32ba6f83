package io.weft.sites.reach;

import io.weft.mesh.Event;
import java.util.List;

/**
 * Some events of a service, one after the other.
 *
 * @param events in the order of their positions; none when nothing has happened in time
 */
public record EventPage(List<Event> events) {
  /** Copies the list. */
  public EventPage {
    events = List.copyOf(events);
  }
}
