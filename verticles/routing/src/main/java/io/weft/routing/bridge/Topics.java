package io.weft.routing.bridge;

import io.vertx.core.Future;
import io.weft.mesh.CallOptions;
import io.weft.mesh.Event;
import io.weft.mesh.EventQuery;
import io.weft.mesh.Mesh;
import io.weft.mesh.MeshFailure;
import io.weft.mesh.Operation;
import io.weft.mesh.time.Time;
import io.weft.routing.RoutingLimits;
import io.weft.routing.events.Subscription;
import io.weft.routing.problem.Problem;
import io.weft.routing.problem.ProblemException;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which clients of one bridge hear of which topics.
 *
 * <p>However many clients there are, each service's events are read once: by one subscription, from
 * the first registration for one of its topics to the last, and an event is encoded once for all
 * who hear of it. The registrations are here and nowhere else in the cluster; there are at most as
 * many as clients times topics of the contract.
 *
 * <p>For the bridge's event loop.
 */
final class Topics {
  private static final Logger LOG = LoggerFactory.getLogger(Topics.class);

  private final Mesh mesh;
  private final Time time;
  private final Map<String, Set<String>> permitted;
  private final Map<String, Channel> channels = new HashMap<>();

  /** Registrations of all clients. */
  private int registrations;

  /**
   * Which events of a topic a client wants to hear of.
   *
   * @param aggregate the id of the only aggregate, or null for all
   * @param owner the id of the only owner, or null for all
   */
  record Wanted(@Nullable String aggregate, @Nullable String owner) {
    boolean includes(Event event) {
      return (aggregate == null || aggregate.equals(event.aggregate()))
          && (owner == null || owner.equals(event.owner()));
    }
  }

  /**
   * Creates the topics of a bridge.
   *
   * @param permitted the topics of which clients may hear, and the scopes that it takes
   */
  Topics(Mesh mesh, Time time, Map<String, Set<String>> permitted) {
    this.mesh = mesh;
    this.time = time;
    this.permitted = permitted;
  }

  /** Returns whether this is a topic of which clients may hear. */
  boolean permit(String topic) {
    return permitted.containsKey(topic);
  }

  /** Returns the scopes that it takes to hear of a topic. */
  Set<String> scopes(String topic) {
    return Objects.requireNonNull(permitted.get(topic));
  }

  /**
   * Registers a client for a topic, in place of a registration that it has for it.
   *
   * @return completes when it hears of all that happens from now on; fails when the service cannot
   *     be reached or there are too many, and then it is not registered
   */
  Future<Void> register(BridgeClient client, String topic, Wanted wanted) {
    var service = Operation.serviceOf(topic);
    var channel = channels.get(service);
    if (registrations >= RoutingLimits.BRIDGE_REGISTRATIONS_IN_ALL_MAX
        && (channel == null || !channel.has(client, topic))) {
      return Future.failedFuture(new ProblemException(full(registrations)));
    }
    channel = channels.computeIfAbsent(service, Channel::new);
    return channel.register(client, topic, wanted);
  }

  private static Problem full(int registrations) {
    return Problem.unavailable(
        "registrations.too_many",
        registrations
            + " registrations of all clients (limit: "
            + RoutingLimits.BRIDGE_REGISTRATIONS_IN_ALL_MAX
            + "); register again later, or at another gateway");
  }

  /** Ends a registration, if there is one. */
  void unregister(BridgeClient client, String topic) {
    var channel = channels.get(Operation.serviceOf(topic));
    if (channel != null) {
      channel.unregister(client, topic);
    }
  }

  /** Ends all registrations of a client. */
  void forget(BridgeClient client) {
    permitted.keySet().forEach(topic -> unregister(client, topic));
  }

  /** Ends all registrations. */
  void stop() {
    List.copyOf(channels.values()).forEach(Channel::close);
  }

  /** The events of one service, and who hears of them. */
  private final class Channel implements Subscription.Reader {
    private final String service;
    private final Map<String, Map<BridgeClient, Wanted>> clients = new HashMap<>();
    private final Future<Subscription> subscription;

    Channel(String service) {
      this.service = service;
      var topics =
          permitted.keySet().stream().filter(t -> Operation.serviceOf(t).equals(service)).toList();
      subscription =
          Subscription.open(
              mesh,
              time,
              service,
              new EventQuery(null, topics, null, null),
              CallOptions.DEFAULT,
              this);
    }

    boolean has(BridgeClient client, String topic) {
      return clients.getOrDefault(topic, Map.of()).containsKey(client);
    }

    Future<Void> register(BridgeClient client, String topic, Wanted wanted) {
      var before = clients.computeIfAbsent(topic, t -> new LinkedHashMap<>()).put(client, wanted);
      registrations += before == null ? 1 : 0;
      return subscription.onFailure(e -> unregister(client, topic)).mapEmpty();
    }

    void unregister(BridgeClient client, String topic) {
      var ofTopic = clients.get(topic);
      if (ofTopic == null || ofTopic.remove(client) == null) {
        return;
      }
      registrations--;
      if (ofTopic.isEmpty()) {
        clients.remove(topic);
        if (clients.isEmpty()) {
          close();
        }
      }
    }

    void close() {
      clients.values().forEach(ofTopic -> registrations -= ofTopic.size());
      clients.clear();
      channels.remove(service, this);
      subscription
          .onSuccess(Subscription::close)
          .onFailure(e -> LOG.debug("{}.events: {}", service, e.getMessage()));
    }

    @Override
    public void event(Event event) {
      var ofTopic = clients.get(event.topic());
      if (ofTopic == null) {
        return;
      }
      var frames = new EnumMap<Dialect, String>(Dialect.class);
      // Who turns out to read too slowly is taken out meanwhile.
      for (var client : List.copyOf(ofTopic.entrySet())) {
        if (client.getValue().includes(event)) {
          var frame = frames.computeIfAbsent(client.getKey().dialect(), d -> d.event(event));
          client.getKey().event(event, frame);
        }
      }
    }

    @Override
    public void interrupted() {
      tell(
          Problem.of(
              503,
              "topic.interrupted",
              "the events of " + service + " stopped for a while; some may be missing here"));
    }

    @Override
    public void ended(MeshFailure.Application why) {
      LOG.warn("{}.events: {}: {}", service, why.code(), why.getMessage());
      var ended =
          Problem.of(
              503,
              "topic.ended",
              "the events of " + service + " cannot go on from here; register again");
      var told = new HashMap<>(clients);
      close();
      told.forEach((topic, all) -> List.copyOf(all.keySet()).forEach(c -> c.ended(topic, ended)));
    }

    private void tell(Problem problem) {
      List.copyOf(clients.entrySet())
          .forEach(
              topic ->
                  List.copyOf(topic.getValue().keySet())
                      .forEach(client -> client.tell(topic.getKey(), problem)));
    }
  }
}
