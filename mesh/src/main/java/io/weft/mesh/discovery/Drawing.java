package io.weft.mesh.discovery;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * Draws directories, each from the one before it: lists that no changed node is in are taken over
 * as they are.
 *
 * <p>So a change costs the lists of the services that it touches, and nothing when there was none,
 * however many instances the site has. For one event loop.
 */
final class Drawing {
  private Directory directory = Directory.EMPTY;
  private List<Share> drawn = List.of();
  private final List<Share> next = new ArrayList<>();

  /** Begins a new picture. */
  void begin() {
    next.clear();
  }

  /** Puts a node into the picture, after all whose ids are smaller. */
  void add(Share share) {
    next.add(share);
  }

  /** Returns the new picture, or the one before it when nothing has changed. */
  Directory end() {
    if (same()) {
      return directory;
    }
    var changed = changed();
    var nodes = new ArrayList<NodeRecord>(next.size());
    next.forEach(share -> nodes.add(share.node()));
    directory =
        new Directory(
            directory.version() + 1,
            List.copyOf(nodes),
            redraw(directory.endpoints(), changed, Share::services),
            redraw(directory.byOperation(), changed, Share::operations));
    drawn = List.copyOf(next);
    return directory;
  }

  private boolean same() {
    if (drawn.size() != next.size()) {
      return false;
    }
    for (int i = 0; i < next.size(); i++) {
      if (drawn.get(i) != next.get(i)) {
        return false;
      }
    }
    return true;
  }

  /** Returns the shares, old and new, whose endpoints are not in both pictures. */
  private Collection<Share> changed() {
    var before = new HashMap<String, Share>();
    drawn.forEach(share -> before.put(share.node().id(), share));
    var changed = new ArrayList<Share>();
    for (var share : next) {
      var was = before.remove(share.node().id());
      if (was == null) {
        changed.add(share);
      } else if (was.services() != share.services()) {
        changed.add(was);
        changed.add(share);
      }
    }
    changed.addAll(before.values());
    return changed;
  }

  private Map<String, List<Endpoint>> redraw(
      Map<String, List<Endpoint>> old,
      Collection<Share> changed,
      Function<Share, Map<String, List<Endpoint>>> lists) {
    Set<String> names = new HashSet<>();
    changed.forEach(share -> names.addAll(lists.apply(share).keySet()));
    if (names.isEmpty()) {
      return old;
    }
    var drawing = new HashMap<>(old);
    for (var name : names) {
      var list = new ArrayList<Endpoint>();
      for (var share : next) {
        list.addAll(lists.apply(share).getOrDefault(name, List.of()));
      }
      if (list.isEmpty()) {
        drawing.remove(name);
      } else {
        drawing.put(name, List.copyOf(list));
      }
    }
    return Map.copyOf(drawing);
  }
}
