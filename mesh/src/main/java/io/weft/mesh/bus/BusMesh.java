package io.weft.mesh.bus;

import io.vertx.core.Completable;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.streams.ReadStream;
import io.weft.mesh.Call;
import io.weft.mesh.CallOptions;
import io.weft.mesh.Cancellation;
import io.weft.mesh.Deadline;
import io.weft.mesh.ItemStream;
import io.weft.mesh.Mesh;
import io.weft.mesh.MeshFailure;
import io.weft.mesh.MeshFailure.Unknown;
import io.weft.mesh.MeshLimits;
import io.weft.mesh.Operation;
import io.weft.mesh.Origin;
import io.weft.mesh.Payload;
import io.weft.mesh.Reply;
import io.weft.mesh.Request;
import io.weft.mesh.RetryCredit;
import io.weft.mesh.Step;
import io.weft.mesh.StreamOperation;
import io.weft.mesh.TraceContext;
import io.weft.mesh.discovery.Directory;
import io.weft.mesh.discovery.Endpoint;
import io.weft.mesh.discovery.InMemorySite;
import io.weft.mesh.discovery.InstanceRecord;
import io.weft.mesh.discovery.MissingNode;
import io.weft.mesh.discovery.NodeRecord;
import io.weft.mesh.discovery.NodeRecord.State;
import io.weft.mesh.discovery.Published;
import io.weft.mesh.discovery.Site;
import io.weft.mesh.policy.Archive;
import io.weft.mesh.policy.Board;
import io.weft.mesh.policy.Epochs;
import io.weft.mesh.policy.Policies;
import io.weft.mesh.policy.Policy;
import io.weft.mesh.policy.PolicyReader;
import io.weft.mesh.policy.Stands;
import io.weft.mesh.security.Principal;
import io.weft.mesh.telemetry.Decision.Kind;
import io.weft.mesh.telemetry.Decisions;
import io.weft.mesh.telemetry.Explanations;
import io.weft.mesh.telemetry.Gauges;
import io.weft.mesh.telemetry.Gauges.InstanceGauge;
import io.weft.mesh.telemetry.Observation;
import io.weft.mesh.telemetry.Spans;
import io.weft.mesh.telemetry.Taps;
import io.weft.mesh.telemetry.Telemetry;
import io.weft.mesh.time.Time;
import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The mesh over the event bus of a Vert.x instance.
 *
 * <p>Every event loop has a lane and a client stack of its own, which share nothing. Discovery
 * lives on one of the loops and hands out immutable pictures of the site.
 */
public final class BusMesh implements Mesh {
  private static final Logger LOG = LoggerFactory.getLogger(BusMesh.class);
  private static final int WEIGHT_DEFAULT = 1;

  /** Where the configuration of a verticle says which version of its service it serves. */
  public static final String VERSION = "weft.version";

  /**
   * Where the configuration of a verticle says which site it stands for, when what it serves is
   * done at another one.
   */
  public static final String SITE = "weft.site";

  /** Under which purpose a node's record says where its bus listens. */
  static final String BUS_ADDRESS = "bus";

  /** Under which purpose it says so besides, when both ends must show a certificate there. */
  static final String BUS_TLS = "bus-tls";

  private final VertxInternal vertx;
  private final Time time;
  private final Observation observation;
  private final Spans spans;
  private final Gauging gauging;
  private final NodeRecord identity;
  private final Lanes lanes;
  private final Discovery discovery;
  private final Map<String, LocalInstance> instances = new ConcurrentHashMap<>();
  private final Map<InstanceKey, LocalInstance> instanceByVerticle = new ConcurrentHashMap<>();

  /** In whose name a verticle calls when it serves nobody: that of the first service it serves. */
  private final Map<ContextInternal, String> callers = new ConcurrentHashMap<>();

  private final Map<String, ServiceMessages> messages = new ConcurrentHashMap<>();
  private final AtomicInteger instanceCount = new AtomicInteger();
  private final Map<String, String> versions;
  private final PolicyTalk talk;
  private volatile Policies policies = Policies.DEFAULT;
  private volatile int explainOneIn;

  private record InstanceKey(ContextInternal context, String service) {}

  /**
   * Creates a mesh that is not on the site yet.
   *
   * @param node the node's record; its lanes and instances are filled in here
   */
  BusMesh(Vertx vertx, NodeRecord node, Site site, Time time, Telemetry telemetry) {
    this(vertx, node, Map.of(), site, time, telemetry);
  }

  /**
   * Creates a mesh that is not on the site yet.
   *
   * @param node the node's record; its lanes and instances are filled in here
   * @param versions the versions of services, where they are not that of the node's software
   */
  BusMesh(
      Vertx vertx,
      NodeRecord node,
      Map<String, String> versions,
      Site site,
      Time time,
      Telemetry telemetry) {
    this.versions = Map.copyOf(versions);
    talk = new PolicyTalk(time.ticker());
    this.vertx = (VertxInternal) vertx;
    this.time = time;
    spans = new Spans(node.id(), time.ticker(), time.wall());
    observation =
        new Observation(
            node.id(),
            telemetry,
            new Explanations(),
            spans,
            new Decisions(node.id(), time.wall()),
            new Taps(time.ticker(), time.wall()));
    registerCodec(vertx);
    lanes = new Lanes(this.vertx, node, time, instances::get, this::directory, observation);
    identity = node.withLanes(lanes.size());
    discovery = new Discovery(lanes.control(), identity, site, time, observation, talk, this::lost);
    gauging = new Gauging(lanes, instances::values, this::gauge, discovery::silence, time);
  }

  private static void registerCodec(Vertx vertx) {
    try {
      vertx.eventBus().registerCodec(new OutboundFrame.Codec());
    } catch (IllegalStateException e) {
      LOG.debug("Another mesh is on this Vert.x already: {}", e.getMessage());
    }
  }

  /** Returns a mesh of one node, on a Vert.x that need not be clustered. */
  public static Mesh local(Vertx vertx) {
    return local(vertx, "local");
  }

  /** Returns a mesh of one node with a name, on a Vert.x that need not be clustered. */
  public static Mesh local(Vertx vertx, String node) {
    var time = Time.of(vertx);
    var identity =
        new NodeRecord(
            node,
            time.rng().uuid().toString(),
            1,
            node,
            "local",
            "local",
            "local",
            State.SERVING,
            0,
            List.of(),
            Map.of(),
            List.of());
    var mesh = new BusMesh(vertx, identity, new InMemorySite(), time, Telemetry.NONE);
    mesh.open().onFailure(failure -> LOG.error("The mesh of node {} did not open", node, failure));
    return mesh;
  }

  /** Goes on the site: lanes listen, the record is written, the lease is renewed from now on. */
  Future<Void> open() {
    var opened =
        lanes.open().compose(listening -> discovery.open()).onSuccess(on -> gauging.open());
    Guest.host(vertx, opened.map(this));
    return opened;
  }

  @Override
  public <Q, R> Future<Void> serve(Operation<Q, R> operation, Function<Q, Future<R>> handler) {
    var instance = instance(operation.service());
    instance.serve(operation, handler);
    return publish(instance, State.SERVING)
        .compose(
            published ->
                messages(operation.service())
                    .serve(instance.id(), operation.name(), operation.kind()));
  }

  @Override
  public <Q, T> Future<Void> serve(
      StreamOperation<Q, T> operation, Function<Q, Future<? extends ReadStream<T>>> handler) {
    var instance = instance(operation.service());
    instance.serve(operation, handler);
    return publish(instance, State.SERVING);
  }

  @Override
  public Future<Void> serve(String operation, Step handler) {
    var instance = instance(Operation.serviceOf(Operation.checkName(operation)));
    instance.serve(operation, handler);
    return publish(instance, State.SERVING);
  }

  private ServiceMessages messages(String service) {
    return messages.computeIfAbsent(
        service, name -> new ServiceMessages(name, this, lanes.ofMessages(name), time.ticker()));
  }

  /** Returns the current verticle's instance of a service. */
  private LocalInstance instance(String service) {
    var context = vertx.getOrCreateContext().unwrap();
    return instanceByVerticle.computeIfAbsent(new InstanceKey(context, service), this::newInstance);
  }

  @Override
  public <Q, R> Future<R> call(Operation<Q, R> operation, Q request, CallOptions options) {
    var asked =
        request(
            operation.name(), operation.kind(), Payload.of(request, operation.request()), options);
    var context = vertx.getOrCreateContext();
    Promise<R> answered = context.promise();
    take(
        context,
        asked,
        (reply, failure) -> {
          if (failure == null) {
            read(reply, operation, answered);
          } else {
            answered.fail(failure);
          }
        });
    return answered.future();
  }

  private static <R> void read(Reply reply, Operation<?, R> operation, Promise<R> answered) {
    R value;
    try {
      value = reply.payload().as(operation.reply());
    } catch (MeshFailure e) {
      answered.fail(new Unknown("the reply of " + operation.name() + " cannot be read", e));
      return;
    }
    answered.complete(value);
  }

  @Override
  public Future<Reply> exchange(
      String operation, Operation.Kind kind, Buffer body, CallOptions options) {
    Payload payload;
    try {
      payload = Payload.of(body);
    } catch (MeshFailure e) {
      return vertx.getOrCreateContext().failedFuture(e);
    }
    return take(request(operation, kind, payload, options));
  }

  @Override
  public <Q, T> Future<ItemStream<T>> open(
      StreamOperation<Q, T> operation, Q request, CallOptions options) {
    var context = vertx.getOrCreateContext();
    var asked =
        request(
            operation.name(),
            Operation.Kind.STREAM,
            Payload.of(request, operation.request()),
            options);
    return take(asked)
        .compose(
            reply ->
                reply.items() == null
                    ? Future.failedFuture(
                        new Unknown(operation.name() + " did not answer with a stream"))
                    : Future.succeededFuture(
                        CreditedStream.open(
                            context,
                            reply.items(),
                            operation.item(),
                            operation.name(),
                            asked.cancellation())));
  }

  private Future<Reply> take(Request request) {
    var context = vertx.getOrCreateContext();
    Promise<Reply> answered = context.promise();
    take(context, request, answered);
    return answered.future();
  }

  /** Sends a request from the lane of a context's event loop, where it is answered as well. */
  private void take(ContextInternal context, Request request, Completable<Reply> answered) {
    var lane = lanes.of(context);
    lane.run(() -> lanes.client(lane).take(request).onComplete(answered));
  }

  private Request request(
      String operation, Operation.Kind kind, Payload payload, CallOptions options) {
    var serving = Call.current().orElse(null);
    var policy = policies.of(operation);
    var timeout = options.timeout() == null ? policy.timeout() : options.timeout();
    var cancellation = options.cancellation();
    if (cancellation == null) {
      cancellation = serving == null ? Cancellation.NEVER : serving.cancellation();
    }
    var request =
        new Request(
            operation,
            kind,
            payload,
            serving == null
                ? Deadline.after(time.ticker(), timeout)
                : serving.deadline().atMost(timeout),
            kind == Operation.Kind.COMMAND ? keyOf(options) : "",
            origin(serving, policy, options),
            options.node(),
            cancellation,
            policy,
            null,
            parentSpan(serving, options));
    var site = options.site();
    return site == null ? request : request.forSite(site);
  }

  /** What is called on behalf of a call belongs to the run of its handler here. */
  private static long parentSpan(@Nullable Call serving, CallOptions options) {
    if (options.trace() != null) {
      return options.trace().span();
    }
    return serving == null || !serving.trace().present() ? 0 : serving.trace().servedSpan();
  }

  /** What the options leave out comes from the call being served, or else from the policy. */
  private Origin origin(@Nullable Call serving, Policy policy, CallOptions options) {
    var before = serving == null ? null : serving.origin();
    var trace = options.trace();
    if (trace == null) {
      trace = before == null ? TraceContext.NONE : before.trace();
    }
    var priority = options.priority();
    if (priority == null) {
      priority = before == null ? policy.admission().priority() : before.priority();
    }
    var attributes = options.attributes();
    if (attributes == null) {
      attributes = before == null ? Map.of() : before.attributes();
    }
    var principal = options.principal();
    if (principal == null) {
      principal = before == null ? Principal.ANONYMOUS : before.principal();
    }
    return new Origin(
        trace.present() ? trace.child(time.rng()) : root(),
        caller(serving),
        priority,
        attributes,
        before == null ? new RetryCredit(policy.retries().attemptsMax() - 1) : before.credit(),
        options.explain() || (before == null ? explainedByChance() : before.explain()),
        principal);
  }

  private TraceContext root() {
    var begun = TraceContext.begin(time.rng());
    return spans.samples(begun) ? begun.asSampled() : begun;
  }

  /**
   * The gateway calls on behalf of HTTP clients, and a timer on nobody's: no call is served then.
   */
  private String caller(@Nullable Call serving) {
    if (serving != null) {
      return serving.service();
    }
    var context = vertx.getContext();
    return context == null ? identity.id() : callers.getOrDefault(context.unwrap(), identity.id());
  }

  private boolean explainedByChance() {
    int oneIn = explainOneIn;
    return oneIn > 0 && time.rng().nextInt(oneIn) == 0;
  }

  private String keyOf(CallOptions options) {
    return options.key() == null ? time.rng().uuid().toString() : options.key();
  }

  @Override
  public Future<Void> withdraw(String deploymentId) {
    return drain(
        instances.values().stream()
            .filter(i -> deploymentId.equals(i.context().deploymentID()))
            .toList());
  }

  @Override
  public String node() {
    return identity.id();
  }

  @Override
  public List<NodeRecord> nodes() {
    return discovery.directory().nodes().stream()
        .filter(record -> record.state() != State.GUEST)
        .sorted(
            Comparator.comparing((NodeRecord record) -> !record.id().equals(node()))
                .thenComparing(NodeRecord::id))
        .toList();
  }

  /** Adds where else this node can be reached to its record. */
  public Future<Void> publishAddress(String purpose, String address) {
    return discovery.address(purpose, address);
  }

  /**
   * Publishes a record of something else than an instance, or publishes it anew. It is known to all
   * for as long as this node lives.
   *
   * @return fails with an {@link IllegalArgumentException} if there are too many
   */
  public Future<Void> publish(Published published) {
    return discovery.publish(published);
  }

  /** Takes a published record back. */
  public Future<Void> unpublish(String registration) {
    return discovery.unpublish(registration);
  }

  /**
   * Returns the nodes that this one has lost and not heard again, by id. Those that left in order
   * are not among them. Completes on the context that called.
   */
  public Future<List<MissingNode>> missing() {
    return discovery.missing();
  }

  /** Returns a new id, unique in the site. */
  public String newId() {
    return time.rng().uuid().toString();
  }

  @Override
  public Directory directory() {
    return discovery.directory();
  }

  /** Returns the node's lanes. */
  Lanes lanes() {
    return lanes;
  }

  /** Says that this node may be picked from now on. */
  Future<Void> publishState(State state) {
    return discovery.state(state);
  }

  @Override
  public Future<Void> close() {
    talk.close();
    gauging.close();
    Guest.leave(vertx, this);
    return drained()
        .otherwiseEmpty() // A record that cannot be written runs out by itself.
        .compose(published -> drain(List.copyOf(instances.values())))
        .eventually(discovery::close)
        .eventually(lanes::close);
  }

  private Future<Void> drained() {
    return identity.state() == State.GUEST
        ? Future.succeededFuture()
        : publishState(State.DRAINING);
  }

  /**
   * Takes note that a connection of the bus has closed. On the connection's event loop, in whose
   * present turn the bus forgets it: what is written sooner is written into what has closed.
   *
   * @param address where it went, as the node there published it
   */
  void connectionClosed(String address) {
    for (var record : discovery.directory().nodes()) {
      if (address.equals(record.addresses().get(BUS_ADDRESS))) {
        lanes.afterThisTurn(() -> lanes.broken(record.id()));
        discovery.connectionClosed(record);
      }
    }
  }

  @Override
  public Policies policies() {
    return policies;
  }

  /** Goes by other policies from the next call on. From any thread. */
  public void use(Policies other) {
    policies = other;
  }

  /** Returns how the latest calls were made of those that asked for it. From any thread. */
  public Explanations explanations() {
    return observation.explanations();
  }

  /** Returns the spans of this node. From any thread. */
  @Override
  public Spans spans() {
    return spans;
  }

  /** Returns what was decided here, and why. From any thread. */
  @Override
  public Decisions decisions() {
    return observation.decisions();
  }

  /** Returns how the parts of this node stood within the last second. From any thread. */
  public Gauges gauges() {
    return gauging.read(nodes(), policies.epoch());
  }

  /** Returns by what somebody may look on while calls of this node are made. From any thread. */
  public Taps taps() {
    return observation.taps();
  }

  @Override
  public Future<Void> present(Endpoint endpoint) {
    var context = vertx.getOrCreateContext();
    var lane = lanes.of(context);
    var asked =
        request(
            LocalInstance.PRESENCE,
            Operation.Kind.QUERY,
            Payload.of(Buffer.buffer()),
            CallOptions.DEFAULT.withTimeout(MeshLimits.PRESENCE_TIMEOUT));
    Promise<Reply> answered = context.promise();
    lane.run(() -> lane.send(endpoint, asked).onComplete(answered));
    return answered.future().mapEmpty();
  }

  /**
   * Explains calls that begin here by chance, with all that is called on their behalf. From any
   * thread.
   *
   * @param oneIn one call in so many; 0 for none but those that ask for it
   */
  public void explainOneIn(int oneIn) {
    explainOneIn = oneIn;
  }

  /** Returns a part in the site's policies that is not open yet. */
  Epochs<Policies> epochs(Board board, Archive archive, PolicyReader reader) {
    var epochs =
        new Epochs<>(
            identity.id(),
            "policies",
            board,
            archive,
            reader,
            taken -> {
              use(taken);
              discovery.announceNow(); // That is what others wait for.
            },
            time,
            lanes.control()::run);
    epochs.listen(
        document ->
            decisions()
                .add(
                    Kind.POLICY,
                    "epoch " + document.epoch(),
                    "counts here from now on, " + document.how() + " at " + document.by()));
    talk.of(epochs);
    return epochs;
  }

  /**
   * Returns a part in something else that is decided for the whole site, which is not open yet.
   *
   * @param subject what it is about, in the plural, for people
   * @param taken is told of what counts from now on, on one of the mesh's event loops
   */
  <P> Epochs<P> epochs(
      String subject, Board board, Archive archive, Epochs.Reader<P> reader, Consumer<P> taken) {
    return new Epochs<>(
        identity.id(), subject, board, archive, reader, taken, time, lanes.control()::run);
  }

  /** Returns which policies the nodes go by, of those in use and those that were lost of late. */
  public List<Stands.Known> stands() {
    return talk.all(identity.id(), this::nodes);
  }

  /** Returns how many streams of this node's instances are open. */
  int openStreams() {
    return instances.values().stream().mapToInt(LocalInstance::openStreams).sum();
  }

  private void lost(NodeRecord node, String why) {
    lanes.lost(node, why);
    talk.lost(node);
  }

  private LocalInstance newInstance(InstanceKey key) {
    var id = key.service() + "-" + instanceCount.incrementAndGet();
    var instance =
        new LocalInstance(
            id,
            key.service(),
            key.context(),
            lanes.of(key.context()),
            observation,
            time.ticker(),
            this::policies);
    instances.put(id, instance);
    if (key.context().deploymentID() != null) {
      callers.putIfAbsent(key.context(), key.service());
      key.context()
          .addCloseHook(
              undeployed -> {
                instanceByVerticle.remove(key);
                callers.remove(key.context());
                forget(instance).onComplete(undeployed);
              });
    }
    return instance;
  }

  private Future<Void> publish(LocalInstance instance, State state) {
    return discovery.put(
        new InstanceRecord(
            instance.id(),
            instance.service(),
            version(instance),
            instance.lane().index(),
            WEIGHT_DEFAULT,
            state,
            instance.operations(),
            said(instance, SITE)));
  }

  private InstanceGauge gauge(LocalInstance instance) {
    return instance.gauge(version(instance), said(instance, SITE));
  }

  /** Returns what the configuration of the verticle says, or else the node of the service. */
  private String version(LocalInstance instance) {
    var said = said(instance, VERSION);
    return said == null ? versions.getOrDefault(instance.service(), identity.version()) : said;
  }

  private static @Nullable String said(LocalInstance instance, String what) {
    var config = instance.context().config();
    return config == null ? null : config.getString(what);
  }

  private Future<Void> forget(LocalInstance instance) {
    if (instances.remove(instance.id()) == null) {
      return Future.succeededFuture();
    }
    instance.stopStreams();
    observation.telemetry().retired(instance.id());
    return messages(instance.service())
        .left(instance.id())
        .eventually(() -> discovery.remove(instance.id()));
  }

  /**
   * First the others stop picking the instances, then these stop taking calls on; and their last
   * answers arrive before the news that nobody will answer, which goes another way.
   */
  private Future<Void> drain(Collection<LocalInstance> leaving) {
    if (leaving.isEmpty()) {
      return Future.succeededFuture();
    }
    return Future.join(leaving.stream().map(i -> publish(i, State.DRAINING)).toList())
        .transform(published -> pause(MeshLimits.DRAIN_NOTICE))
        .compose(noticed -> Future.join(leaving.stream().map(this::idle).toList()))
        .transform(idle -> pause(MeshLimits.ANSWER_NOTICE))
        .compose(idle -> Future.join(leaving.stream().map(this::forget).toList()))
        .mapEmpty();
  }

  /** Those that wait for what never ends are told, rather than left to find out. */
  private Future<Void> idle(LocalInstance instance) {
    Promise<Void> idle = Promise.promise();
    instance
        .lane()
        .run(
            () -> {
              var timeout = time.timers().after(MeshLimits.DRAIN_TIMEOUT, instance::abandon);
              instance
                  .drain()
                  .onComplete(
                      drained -> {
                        timeout.cancel();
                        idle.tryComplete();
                      });
            });
    return idle.future();
  }

  private Future<Void> pause(Duration duration) {
    Promise<Void> paused = Promise.promise();
    lanes.control().run(() -> time.timers().after(duration, paused::complete));
    return paused.future();
  }
}
