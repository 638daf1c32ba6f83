package io.weft.mesh.vertx;

import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import io.vertx.servicediscovery.Record;
import io.vertx.servicediscovery.spi.ServicePublisher;
import io.weft.mesh.MeshLimits;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;

/**
 * What one importer has published: for each address of a service a record, which it takes back when
 * the address is gone.
 *
 * <p>For one thread at a time: the next change of a service waits for the one before.
 */
final class Imported {
  private static final String TYPE = "http-endpoint";

  private final ServicePublisher publisher;

  /** Registrations by address, by service. */
  private final Map<String, Map<Address, String>> registrations = new HashMap<>();

  Imported(ServicePublisher publisher) {
    this.publisher = publisher;
  }

  /**
   * Returns the services that a configuration names, with what it says of each.
   *
   * @throws IllegalArgumentException if it names none
   */
  static Collection<Map.Entry<String, Object>> services(JsonObject configuration) {
    if (configuration.getValue("services") instanceof JsonObject services && !services.isEmpty()) {
      return services.getMap().keySet().stream()
          .map(name -> Map.entry(name, services.getValue(name)))
          .toList();
    }
    throw new IllegalArgumentException(
        "services: " + configuration.getValue("services") + " (expected: an object by service)");
  }

  /**
   * Publishes the present addresses of a service, and takes back those that it has no more.
   *
   * @return fails when one cannot be published; what was published before stays known here
   */
  Future<Void> replace(String service, Collection<Address> present) {
    if (present.size() > MeshLimits.PUBLISHED_MAX) {
      return Future.failedFuture(
          new IllegalArgumentException(
              present.size()
                  + " addresses of "
                  + service
                  + " (limit: "
                  + MeshLimits.PUBLISHED_MAX
                  + ")"));
    }
    Map<Address, String> known;
    synchronized (registrations) {
      known = Map.copyOf(registrations.getOrDefault(service, Map.of()));
    }
    var changes = new ArrayList<Future<Void>>();
    var fresh = new HashSet<>(present);
    fresh.removeAll(known.keySet());
    fresh.forEach(address -> changes.add(publish(service, address)));
    known.forEach(
        (address, registration) -> {
          if (!present.contains(address)) {
            changes.add(unpublish(service, address, registration));
          }
        });
    return Future.join(changes).mapEmpty();
  }

  private Future<Void> publish(String service, Address address) {
    var record = new Record().setName(service).setType(TYPE).setLocation(address.location());
    return publisher
        .publish(record)
        .map(
            published -> {
              synchronized (registrations) {
                registrations
                    .computeIfAbsent(service, name -> new HashMap<>())
                    .put(address, published.getRegistration());
              }
              return null;
            });
  }

  private Future<Void> unpublish(String service, Address address, String registration) {
    return publisher
        .unpublish(registration)
        .onSuccess(
            gone -> {
              synchronized (registrations) {
                registrations.getOrDefault(service, new HashMap<>()).remove(address);
              }
            });
  }

  /** Takes everything back. */
  Future<Void> close() {
    List<String> services;
    synchronized (registrations) {
      services = List.copyOf(registrations.keySet());
    }
    return Future.join(services.stream().map(name -> replace(name, List.of())).toList()).mapEmpty();
  }
}
