package io.weft.sites.reach;

import io.vertx.core.Future;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.VertxInternal;
import io.weft.mesh.Call;
import io.weft.mesh.CallOptions;
import io.weft.mesh.Cancellation;
import io.weft.mesh.Codec;
import io.weft.mesh.Event;
import io.weft.mesh.Mesh;
import io.weft.mesh.MeshFailure;
import io.weft.mesh.MeshFailure.Application;
import io.weft.mesh.MeshFailure.Rejected;
import io.weft.mesh.Operation;
import io.weft.mesh.Operation.Kind;
import io.weft.mesh.Origin;
import io.weft.mesh.Payload;
import io.weft.mesh.Reply;
import io.weft.mesh.Request;
import io.weft.mesh.ServiceProvider.Host;
import io.weft.mesh.Step;
import io.weft.mesh.policy.Policy;
import io.weft.mesh.policy.SitePolicies;
import io.weft.mesh.security.Principal;
import io.weft.mesh.security.Role;
import io.weft.mesh.wire.JsonCodec;
import io.weft.sites.SitesLimits;
import io.weft.sites.reach.LinkOperations.OfferedService;
import io.weft.sites.reach.LinkOperations.Offers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What another site may call at this one, over the link between them: what {@link ExportRules} say,
 * as far as instances of this site itself serve it, so that no call goes round in circles.
 *
 * <p>Calls are made here in the name of {@code site:NAME}. Who asked for them, there, is that
 * site's word; whatever it says, it is no operator here. What is kept for each site (its escrow,
 * its journal) it can only ask for in its own name. For one session, and for the link's event loop,
 * on which it is created too.
 */
public final class Exports implements Step {
  private static final Codec<SiteField> SITE_FIELD = JsonCodec.lenient(SiteField.class);

  private final Mesh mesh;
  private final ContextInternal home;
  private final String self;
  private final String other;
  private final ExportRules rules;
  private final EventReaders readers;
  private final Supplier<SitePolicies> policies;
  private final CallOptions options;

  /** The field of a request that says which site it is about. */
  private record SiteField(@Nullable String site) {}

  /**
   * Creates what a session's other side may call.
   *
   * @param self the name of this site
   * @param other the name of the other one, as it has proved it
   */
  public Exports(Host host, String self, String other, ExportRules rules) {
    mesh = host.mesh();
    policies = host.policies();
    home = ((VertxInternal) host.vertx()).getOrCreateContext().unwrap();
    this.self = self;
    this.other = other;
    this.rules = rules;
    readers = new EventReaders(host.time(), other);
    options = CallOptions.DEFAULT.withSite(self).withTimeout(SitesLimits.EXPORTED_CALL_TIMEOUT_MAX);
  }

  @Override
  public Future<Reply> take(Request request) {
    try {
      return admitted(request);
    } catch (MeshFailure e) {
      return Future.failedFuture(e);
    }
  }

  private Future<Reply> admitted(Request request) {
    var operation = request.operation();
    if (operation.equals(LinkOperations.OFFERS.name())) {
      return answered(LinkOperations.OFFERS, request, asked -> Future.succeededFuture(offers()));
    }
    if (operation.equals(LinkOperations.POLICIES.name())) {
      return answered(
          LinkOperations.POLICIES,
          request,
          asked -> Future.succeededFuture(policies.get().current()));
    }
    if (operation.equals(LinkOperations.EVENTS.name())) {
      return answered(
          LinkOperations.EVENTS,
          request,
          asked -> {
            exported(EventReaders.operation(asked));
            return readers.page(
                asked,
                query ->
                    inside(
                        request,
                        () ->
                            mesh.open(
                                Event.streamOf(asked.service()),
                                query,
                                // The stream outlives the call that opens it.
                                options.withCancellation(new Cancellation()))));
          });
    }
    exported(operation);
    ownSite(request);
    return inside(
        request,
        () ->
            mesh.exchange(
                operation,
                request.kind(),
                request.payload().bytes(),
                options.withKey(request.key())));
  }

  /** Ends what the other side reads. */
  public void close() {
    readers.close();
  }

  private static <Q, R> Future<Reply> answered(
      Operation<Q, R> operation, Request request, Function<Q, Future<R>> handler) {
    if (request.kind() != Kind.QUERY) {
      throw new Application("request.invalid", operation.name() + " is a query");
    }
    return handler
        .apply(request.payload().as(operation.request()))
        .map(reply -> new Reply(Payload.of(reply, operation.reply()), false));
  }

  private void exported(String operation) {
    if (!rules.allow(other, operation)) {
      throw new Rejected(
          Rejected.Reason.FORBIDDEN,
          operation
              + " is not exported to "
              + other
              + " (expected: an operation that sites.exports of "
              + self
              + " names)",
          Duration.ZERO);
    }
  }

  /** What is kept for each site, a site can only ask for in its own name. */
  private void ownSite(Request request) {
    if (!isOfOneSite(request.operation())) {
      return;
    }
    var site = SITE_FIELD.decode(request.payload().bytes()).site();
    if (!other.equals(site)) {
      throw new Application(
          "site.foreign",
          request.operation() + " for site " + site + " (expected: " + other + ")",
          "/site");
    }
  }

  private static boolean isOfOneSite(String operation) {
    return operation.equals("orders.replay")
        || operation.equals("users.escrow")
        || (operation.startsWith("users.") && operation.endsWith("-escrow"));
  }

  /** Does something as a part of a call of the other site: by its deadline, in its trace. */
  private <T> T inside(Request request, Supplier<T> action) {
    var own = home.duplicate();
    new Call(asOther(request)).bindTo(own);
    var before = own.beginDispatch();
    try {
      return action.get();
    } catch (IllegalArgumentException e) { // Such as a key that no caller of ours could have.
      throw new Application("request.invalid", String.valueOf(e.getMessage()));
    } finally {
      own.endDispatch(before);
    }
  }

  private Request asOther(Request request) {
    var name = "site:" + other;
    var origin = request.origin();
    return new Request(
        name + ".call", // Whoever is called from here sees the part before the dot.
        request.kind(),
        request.payload(),
        request.deadline().atMost(SitesLimits.EXPORTED_CALL_TIMEOUT_MAX),
        request.key(),
        new Origin(
            origin.trace(),
            name,
            origin.priority(),
            origin.attributes(),
            origin.credit(),
            origin.explain(),
            noOperator(origin.principal())),
        null,
        request.cancellation(),
        Policy.DEFAULT,
        request.callerNode(),
        0);
  }

  private static Principal noOperator(Principal said) {
    if (!said.operator() && !said.roles().contains(Role.OPERATOR.word())) {
      return said;
    }
    var roles = new HashSet<>(said.roles());
    roles.remove(Role.OPERATOR.word());
    var scopes = new HashSet<>(said.scopes());
    scopes.remove(Principal.OPERATE);
    return new Principal(said.subject(), roles, scopes);
  }

  /** Returns what instances of this site serve at present, and the other one may call. */
  private Offers offers() {
    var services = new ArrayList<OfferedService>();
    for (var served : new TreeMap<>(mesh.directory().endpoints()).entrySet()) {
      var here = served.getValue().stream().filter(each -> each.site().equals(self)).toList();
      var operations =
          here.stream()
              .flatMap(endpoint -> endpoint.operations().stream())
              .filter(operation -> rules.allow(other, operation))
              .distinct()
              .sorted()
              .limit(SitesLimits.OFFERED_OPERATIONS_MAX)
              .toList();
      if (!operations.isEmpty() && services.size() < SitesLimits.OFFERED_SERVICES_MAX) {
        services.add(new OfferedService(served.getKey(), here.get(0).version(), operations));
      }
    }
    return new Offers(services);
  }
}
