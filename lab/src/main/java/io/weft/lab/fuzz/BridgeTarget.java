package io.weft.lab.fuzz;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.SocketAddress;
import io.weft.lab.TemporaryFolder;
import io.weft.mesh.Mesh;
import io.weft.mesh.Operation;
import io.weft.mesh.bus.BusMesh;
import io.weft.mesh.security.KeyException;
import io.weft.mesh.security.Role;
import io.weft.mesh.security.TokenKeys;
import io.weft.mesh.security.Tokens;
import io.weft.mesh.time.Time;
import io.weft.mesh.wire.JsonCodec;
import io.weft.routing.access.Access;
import io.weft.routing.bridge.Bridge;
import io.weft.routing.bridge.ClientSocket;
import io.weft.routing.bridge.Dialect;
import io.weft.routing.bridge.MessageFrames;
import io.weft.routing.contract.Contract;
import io.weft.routing.contract.ContractReader;
import io.weft.routing.problem.ProblemException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A live bridge: messages of clients arrive, and nothing is thrown; all that it says is JSON of a
 * type that clients know, and after all of them a call is answered as before.
 *
 * <p>An input is a message of a browser that has shown an operator's token, and what comes over a
 * TCP connection, from nobody.
 */
public final class BridgeTarget {
  /** Turns of the event loop after which a call of this node has been answered. */
  private static final int TURNS = 4;

  private static final long PATIENCE_SECONDS = 20;
  private static final int CALL_EACH = 256;
  private static final int NO_LIMIT = 1_000_000;
  private static final Set<String> SAID = Set.of("rec", "message", "err", "pong");
  private static final Buffer ANSWER = Buffer.buffer("{\"version\":1}");
  private static final String SHOW =
      """
      {"type":"authenticate","headers":{"Authorization":"%s"}}""";
  private static final String CALL =
      """
      {"type":"send","address":"users.get","replyAddress":"r","headers":{"Authorization":"%s"},\
      "body":{"id":"6f1a2c6e-2b5d-4c1e-9a63-0d3f5b7c9e11"}}""";

  private static @Nullable BridgeTarget target;

  private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
  private final Mesh mesh = BusMesh.local(vertx, "fuzz");
  private final Context context = vertx.getOrCreateContext();
  private final AtomicReference<Throwable> thrown = new AtomicReference<>();
  private final Bridge bridge;
  private final String token;
  private long inputs;

  private BridgeTarget() {
    vertx.exceptionHandler(thrown::set);
    var file = Path.of(System.getProperty("weft.home", "."), "conf", "openapi.yaml");
    var contract = await(ContractReader.read(vertx, file.toString()));
    var time = Time.of(vertx);
    var tokens = new Tokens(keys(), "fuzz", "fuzz", time);
    token = "Bearer " + tokens.issue(Role.OPERATOR.principal("fuzz"), Duration.ofDays(1));
    bridge =
        new Bridge(
            vertx,
            mesh,
            time,
            contract,
            List.of(),
            new Access(tokens, mesh, time.ticker(), contract),
            NO_LIMIT);
    await(vertx.deployVerticle(new Stubs(contract)));
  }

  private static TokenKeys keys() {
    try (var folder = new TemporaryFolder()) {
      return TokenKeys.development(folder.path());
    } catch (KeyException e) {
      throw new IllegalStateException("no key to sign with", e);
    }
  }

  /** Answers every operation of the contract. */
  private final class Stubs extends VerticleBase {
    private final Contract contract;

    Stubs(Contract contract) {
      this.contract = contract;
    }

    @Override
    public Future<?> start() {
      var bytes = JsonCodec.of(Buffer.class);
      return Future.all(
          contract.byOperation().values().stream()
              .map(e -> new Operation<>(e.operation(), e.kind(), bytes, bytes))
              .map(operation -> mesh.serve(operation, asked -> Future.succeededFuture(ANSWER)))
              .toList());
    }
  }

  /** Begins: one bridge for all inputs. */
  public static void fuzzerInitialize() {
    target = new BridgeTarget();
  }

  /** Lets one input arrive, each way. */
  public static void fuzzerTestOneInput(byte[] input) {
    var live = target;
    if (live != null) {
      live.run(Buffer.buffer(input));
    }
  }

  private void run(Buffer input) {
    var browser = new Client(Dialect.SOCKJS);
    var tcp = new Client(Dialect.TCP);
    // Of its own: what a client asks for behind a registration waits until that is made.
    var asker = ++inputs % CALL_EACH == 0 ? new Client(Dialect.SOCKJS) : null;
    var done = new CompletableFuture<Void>();
    context.runOnContext(
        turn -> {
          bridge.accept(browser);
          bridge.accept(tcp);
          browser.send(Buffer.buffer(SHOW.formatted(token)));
          browser.send(input);
          tcp.sendFramed(input);
          if (asker != null) {
            bridge.accept(asker);
            asker.send(Buffer.buffer(CALL.formatted(token)));
          }
          after(TURNS, done);
        });
    await(Future.fromCompletionStage(done));
    var failure = thrown.getAndSet(null);
    if (failure != null) {
      throw new AssertionError("an input threw", failure);
    }
    context.runOnContext(
        turn -> {
          browser.abort();
          tcp.abort();
        });
    if (asker != null) {
      context.runOnContext(turn -> asker.abort());
      if (!asker.last.contains("\"version\":1")) {
        throw new AssertionError("a call is not answered any more: " + asker.last);
      }
    }
  }

  private void after(int turns, CompletableFuture<Void> done) {
    if (turns == 0) {
      done.complete(null);
    } else {
      context.runOnContext(turn -> after(turns - 1, done));
    }
  }

  private static <T> T await(Future<T> future) {
    try {
      return future
          .toCompletionStage()
          .toCompletableFuture()
          .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new AssertionError("the bridge does not answer", e);
    }
  }

  /** A client in memory, which leaves when it is closed. */
  private final class Client implements ClientSocket {
    private final Dialect dialect;
    private @Nullable Listener listener;
    private String last = "";

    Client(Dialect dialect) {
      this.dialect = dialect;
    }

    void send(Buffer message) {
      if (listener != null) {
        listener.message(message);
      }
    }

    void sendFramed(Buffer bytes) {
      var frames = new MessageFrames();
      frames.add(bytes);
      try {
        for (var message = frames.next(); message != null; message = frames.next()) {
          send(message);
        }
      } catch (ProblemException refused) {
        if (listener != null) {
          listener.broken(refused.problem().detail());
        }
      }
    }

    @Override
    public Dialect dialect() {
      return dialect;
    }

    @Override
    public void start(Listener listener) {
      this.listener = listener;
    }

    @Override
    public Future<Void> write(String message) {
      last = message;
      var type = new JsonObject(message).getString("type");
      if (!SAID.contains(type)) {
        thrown.set(new AssertionError("said " + message));
      }
      return Future.succeededFuture();
    }

    @Override
    public void pause() {}

    @Override
    public void resume() {}

    @Override
    public void close(int code, String reason) {
      abort();
    }

    @Override
    public void abort() {
      var told = listener;
      listener = null;
      if (told != null) {
        told.closed();
      }
    }

    @Override
    public @Nullable SocketAddress remoteAddress() {
      return null;
    }
  }
}
