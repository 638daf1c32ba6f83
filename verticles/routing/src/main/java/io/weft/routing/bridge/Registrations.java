package io.weft.routing.bridge;

import io.vertx.core.Future;
import io.weft.mesh.security.Identity;
import io.weft.mesh.security.Principal;
import io.weft.mesh.time.Time;
import io.weft.mesh.time.Timers;
import io.weft.routing.RoutingLimits;
import io.weft.routing.access.Access;
import io.weft.routing.problem.Problem;
import io.weft.routing.problem.ProblemException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The topics of which one client hears, each for as long as the token is good by which it
 * registered.
 *
 * <p>Whoever is no operator hears of what is their own. A later token of the same subject, in
 * whatever message it comes, takes the place of one that runs out before it, when it would have
 * been good for the registration too. For the client's event loop.
 */
final class Registrations {
  private static final int UNAUTHENTICATED = 401;
  private static final Duration SOON = Duration.ofMillis(1);

  private final BridgeClient client;
  private final Topics topics;
  private final Credentials credentials;
  private final Time time;
  private final Map<String, Held> held = new LinkedHashMap<>();
  private @Nullable Identity last;
  private Timers.Handle look = () -> {};

  /** A registration, and by which token it is held. */
  private record Held(List<String> authorization, Identity identity, Topics.Wanted wanted) {
    boolean canBeHeldBy(Identity other, Set<String> scopes) {
      var who = other.principal();
      return who.subject().equals(identity.principal().subject())
          && other.expires().isAfter(identity.expires())
          && who.scopes().containsAll(scopes)
          && (who.operator() || who.subject().equals(wanted.owner()));
    }
  }

  Registrations(BridgeClient client, Topics topics, Credentials credentials, Time time) {
    this.client = client;
    this.topics = topics;
    this.credentials = credentials;
    this.time = time;
  }

  /**
   * Registers for a topic, in place of a registration for it.
   *
   * @param authorization by what the identity is known
   * @return completes when the client hears of all that happens from now on; fails with a {@link
   *     ProblemException} when it may not
   */
  Future<Void> register(
      String topic, Topics.Wanted asked, List<String> authorization, Identity identity) {
    Topics.Wanted wanted;
    try {
      wanted = permitted(topic, asked, identity.principal());
    } catch (ProblemException e) {
      return Future.failedFuture(e);
    }
    if (held.size() >= RoutingLimits.BRIDGE_REGISTRATIONS_MAX && !held.containsKey(topic)) {
      return Future.failedFuture(new ProblemException(tooMany()));
    }
    var registration = new Held(authorization, identity, wanted);
    held.put(topic, registration);
    lookAgain();
    return topics.register(client, topic, wanted).onFailure(e -> held.remove(topic, registration));
  }

  /** Returns what somebody hears of who asks for a topic. */
  private Topics.Wanted permitted(String topic, Topics.Wanted asked, Principal who) {
    if (who.anonymous()) {
      throw Access.unauthenticated();
    }
    if (!who.scopes().containsAll(topics.scopes(topic))) {
      throw Access.denied();
    }
    if (who.operator()) {
      return asked;
    }
    if (asked.owner() != null && !asked.owner().equals(who.subject())) {
      throw Access.denied();
    }
    return new Topics.Wanted(asked.aggregate(), who.subject());
  }

  private Problem tooMany() {
    return Problem.of(
        429,
        "registrations.too_many",
        held.size() + " registrations (limit: " + RoutingLimits.BRIDGE_REGISTRATIONS_MAX + ")");
  }

  /** Ends a registration, if there is one. */
  void unregister(String topic) {
    held.remove(topic);
    topics.unregister(client, topic);
  }

  /** Ends all registrations. */
  void clear() {
    look.cancel();
    held.clear();
    topics.forget(client);
  }

  /** Has what a later token of the same subject is good for held by it from now on. */
  void seen(List<String> authorization, Identity identity) {
    if (identity.equals(last)) {
      return;
    }
    last = identity;
    if (held.isEmpty()) {
      return;
    }
    held.replaceAll(
        (topic, old) ->
            old.canBeHeldBy(identity, topics.scopes(topic))
                ? new Held(authorization, identity, old.wanted())
                : old);
    lookAgain();
  }

  /** Sets the time to look which tokens are still good: when the first of them runs out. */
  private void lookAgain() {
    look.cancel();
    var now = time.wall().now();
    var wait = RoutingLimits.BRIDGE_TOKEN_LOOK;
    for (var registration : held.values()) {
      var left = registration.identity().remaining(now);
      wait = left.compareTo(wait) < 0 ? left : wait;
    }
    if (!held.isEmpty()) {
      look = time.timers().after(wait.compareTo(SOON) < 0 ? SOON : wait, this::look);
    }
  }

  private void look() {
    var now = time.wall().now();
    for (var topic : List.copyOf(held.keySet())) {
      var registration = held.get(topic);
      if (registration != null) {
        credentials
            .stands(registration.authorization(), registration.identity(), now)
            .onSuccess(stands -> keep(topic, registration, stands));
      }
    }
    lookAgain();
  }

  private void keep(String topic, Held registration, boolean stands) {
    if (!stands && held.remove(topic, registration)) {
      topics.unregister(client, topic);
      client.tell(
          topic,
          Problem.of(
              UNAUTHENTICATED,
              "topic.token_expired",
              "the token by which you registered for "
                  + topic
                  + " is no good any more; register again with another"));
    }
  }
}
