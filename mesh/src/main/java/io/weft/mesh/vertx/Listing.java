package io.weft.mesh.vertx;

import io.vertx.core.json.JsonObject;
import io.vertx.servicediscovery.Record;
import io.weft.mesh.discovery.Directory;
import io.weft.mesh.discovery.Endpoint;
import io.weft.mesh.discovery.NodeRecord;
import io.weft.mesh.discovery.NodeRecord.State;
import io.weft.mesh.discovery.Published;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The directory as records of vertx-service-discovery, worked out once per change of it.
 *
 * <p>What a node's record says is read once, however often others change. Safe for use by many
 * threads.
 */
final class Listing {
  private static final Logger LOG = LoggerFactory.getLogger(Listing.class);

  private IdentityHashMap<NodeRecord, Part> parts = new IdentityHashMap<>();
  private View view = new View(List.of(), List.of(), Map.of());
  private long version = -1;

  /** What one node adds: its instances, and what was published on it as parsed JSON. */
  private record Part(String node, List<Record> instances, List<JsonObject> published) {}

  private record Owned(String node, @Nullable Record instance, @Nullable JsonObject published) {}

  /** The records of one version of the directory. Immutable. */
  static final class View {
    private final List<Record> instances;
    private final List<JsonObject> published;
    private final Map<String, Owned> byRegistration;

    private View(
        List<Record> instances, List<JsonObject> published, Map<String, Owned> byRegistration) {
      this.instances = instances;
      this.published = published;
      this.byRegistration = byRegistration;
    }

    /** Returns all records; those that can be changed are the caller's own copies. */
    List<Record> all() {
      if (published.isEmpty()) {
        return instances;
      }
      var all = new ArrayList<Record>(instances.size() + published.size());
      all.addAll(instances);
      published.forEach(json -> all.add(new Record(json)));
      return all;
    }

    /** Returns the record of a registration, or null. */
    @Nullable Record find(String registration) {
      var owned = byRegistration.get(registration);
      if (owned == null) {
        return null;
      }
      return owned.published == null ? owned.instance : new Record(owned.published);
    }

    /** Returns the node that a registration belongs to, or null. */
    @Nullable String owner(String registration) {
      var owned = byRegistration.get(registration);
      return owned == null ? null : owned.node;
    }
  }

  /** Returns the records of a directory. */
  synchronized View of(Directory directory) {
    if (directory.version() != version) {
      view = draw(directory.nodes());
      version = directory.version();
    }
    return view;
  }

  private View draw(List<NodeRecord> nodes) {
    var next = new IdentityHashMap<NodeRecord, Part>();
    var instances = new ArrayList<Record>();
    var published = new ArrayList<JsonObject>();
    var byRegistration = new HashMap<String, Owned>();
    for (var node : nodes) {
      var known = parts.get(node);
      var part = known == null ? part(node) : known;
      next.put(node, part);
      for (var record : part.instances) {
        instances.add(record);
        byRegistration.put(record.getRegistration(), new Owned(part.node, record, null));
      }
      for (var json : part.published) {
        published.add(json);
        byRegistration.put(json.getString("registration"), new Owned(part.node, null, json));
      }
    }
    parts = next;
    return new View(List.copyOf(instances), List.copyOf(published), byRegistration);
  }

  private static Part part(NodeRecord node) {
    var instances = new ArrayList<Record>();
    for (var instance : node.instances()) {
      boolean up = node.state() == State.SERVING && instance.state() == State.SERVING;
      instances.add(new InstanceListed(Endpoint.of(node, instance), up));
    }
    var published = new ArrayList<JsonObject>();
    for (var each : node.published()) {
      var json = read(node, each);
      if (json != null) {
        published.add(json);
      }
    }
    return new Part(node.id(), List.copyOf(instances), List.copyOf(published));
  }

  /** Returns a published record, if it can be read as one. */
  private static @Nullable JsonObject read(NodeRecord node, Published published) {
    try {
      var json = new Record(new JsonObject(published.text())).toJson();
      return json.put("registration", published.registration());
    } catch (RuntimeException e) { // Whatever the library throws at what it did not write.
      LOG.warn("Record {} of node {} cannot be read", published.registration(), node.id(), e);
      return null;
    }
  }
}
