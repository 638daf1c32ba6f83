package io.weft.ledger;

import io.weft.mesh.Event;
import io.weft.mesh.EventQuery;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The readers who have seen all events and wait for the next that is for them, found by what they
 * wait for: an event costs nothing for those who want another aggregate or owner.
 *
 * <p>For one context.
 */
final class WaitingReaders {
  private final Map<String, Set<EventReader>> byAggregate = new HashMap<>();
  private final Map<String, Set<EventReader>> byOwner = new HashMap<>();
  private final Set<EventReader> others = new LinkedHashSet<>();

  void add(EventReader reader) {
    EventQuery query = reader.query();
    if (query.aggregate() != null) {
      byAggregate.computeIfAbsent(query.aggregate(), id -> new LinkedHashSet<>()).add(reader);
    } else if (query.owner() != null) {
      byOwner.computeIfAbsent(query.owner(), id -> new LinkedHashSet<>()).add(reader);
    } else {
      others.add(reader);
    }
  }

  void remove(EventReader reader) {
    EventQuery query = reader.query();
    if (query.aggregate() != null) {
      remove(byAggregate, query.aggregate(), reader);
    } else if (query.owner() != null) {
      remove(byOwner, query.owner(), reader);
    } else {
      others.remove(reader);
    }
  }

  private static void remove(Map<String, Set<EventReader>> readers, String id, EventReader reader) {
    var same = readers.get(id);
    if (same != null && same.remove(reader) && same.isEmpty()) {
      readers.remove(id);
    }
  }

  int size() {
    return others.size()
        + byAggregate.values().stream().mapToInt(Set::size).sum()
        + byOwner.values().stream().mapToInt(Set::size).sum();
  }

  /** Takes out those for whom there is something among new events. */
  Collection<EventReader> take(List<Event> events) {
    var found = new ArrayList<EventReader>();
    for (Event event : events) {
      int before = found.size();
      collect(byAggregate.getOrDefault(event.aggregate(), Set.of()), event, found);
      collect(byOwner.getOrDefault(event.owner(), Set.of()), event, found);
      collect(others, event, found);
      for (EventReader reader : found.subList(before, found.size())) {
        remove(reader);
        // Whatever came since it began to wait was not for it.
        reader.skipTo(event.position() - 1);
      }
    }
    return found;
  }

  private static void collect(Set<EventReader> from, Event event, List<EventReader> to) {
    for (EventReader reader : from) {
      if (reader.wants(event)) {
        to.add(reader);
      }
    }
  }

  /** Takes all of them out. */
  Collection<EventReader> takeAll() {
    var all = new ArrayList<EventReader>(others);
    byAggregate.values().forEach(all::addAll);
    byOwner.values().forEach(all::addAll);
    others.clear();
    byAggregate.clear();
    byOwner.clear();
    return all;
  }
}
