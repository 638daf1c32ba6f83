package io.weft.lab.link;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.json.JsonObject;
import io.vertx.pgclient.PgBuilder;
import io.vertx.sqlclient.Pool;
import io.weft.lab.LabException;
import io.weft.lab.Patience;
import io.weft.lab.Ports;
import io.weft.lab.ShippedNodes;
import io.weft.lab.TemporaryFolder;
import io.weft.lab.WeftCommand;
import io.weft.lab.order.Purchase;
import io.weft.mesh.pki.DevelopmentAuthority;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;

/**
 * A hub and an edge, each a node as it is shipped with a PostgreSQL of its own, linked over TLS by
 * way of a relay that counts and can be cut; and another relay before the hub for whoever asks it
 * by plain HTTPS. For one thread, which it blocks, where it does not say otherwise.
 */
final class LinkedSites implements AutoCloseable {
  /** Where a request goes, and how. */
  enum Route {
    /** To the gateway of the edge, on this host and without TLS. */
    EDGE,
    /** To the gateway of the hub by HTTPS, over a connection that is kept open. */
    HTTPS_KEPT,
    /** The same, over a connection of its own. */
    HTTPS_NEW
  }

  /** What a gateway answered. */
  record Answer(int status, JsonObject body) {}

  private static final String EDGE_NAME = "edge-1";
  private static final String HUB_NAME = "cloud";
  private static final int CREATED = 201;
  private static final int OK = 200;

  private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
  private final Context context = vertx.getOrCreateContext();
  private final TemporaryFolder folder = new TemporaryFolder();
  private final List<AutoCloseable> opened = new ArrayList<>();
  private final ShippedNodes hub;
  private final ShippedNodes edge;
  private final Relay link;
  private final Relay https;
  private final Pool hubDatabase;
  private final Pool edgeDatabase;
  private final HttpClient plainClient;
  private final HttpClient keptClient;
  private final String authorization;

  /** Starts both and has the edge join the hub. */
  LinkedSites() {
    try {
      var certificates = DevelopmentAuthority.in(folder.path().resolve("authority"));
      certificates.issue(HUB_NAME, List.of(Ports.HOST));
      hub =
          opened(
              new ShippedNodes(
                  1,
                  "--site",
                  HUB_NAME,
                  "--http-certificate",
                  certificates.certificate(HUB_NAME).toString(),
                  "--http-key",
                  certificates.key(HUB_NAME).toString()));
      link = opened(new Relay(hub.node(0).httpPort()));
      https = opened(new Relay(hub.node(0).httpPort()));
      edge =
          opened(
              new ShippedNodes(
                  1,
                  "--site",
                  EDGE_NAME,
                  "--link",
                  Ports.HOST + ":" + link.port(),
                  // Whoever has logged in at one site is known at the other.
                  "--security-key-file",
                  hub.data().resolve("keys").resolve("development.json").toString()));
      authorization = "Bearer " + hub.token();
      hubDatabase = database(hub);
      edgeDatabase = database(edge);
      plainClient = client(new HttpClientOptions());
      keptClient = client(overTls());
      WeftCommand.join(List.of(), hub.data(), List.of(), edge.data(), EDGE_NAME);
      awaitLinked(true);
    } catch (RuntimeException | IOException e) {
      close();
      throw e instanceof RuntimeException known
          ? known
          : new LabException("no certificate for the hub: " + e.getMessage(), e);
    }
  }

  private <T extends AutoCloseable> T opened(T each) {
    opened.add(each);
    return each;
  }

  private HttpClient client(HttpClientOptions options) {
    return vertx.createHttpClient(
        options, new PoolOptions().setHttp1MaxSize(LinkLimits.CONCURRENCY_MAX));
  }

  /** Who the hub is is not what is measured; that its certificate is shown is. */
  private static HttpClientOptions overTls() {
    return new HttpClientOptions().setSsl(true).setTrustAll(true).setVerifyHost(false);
  }

  /** Returns where requests are sent and answered. */
  Context context() {
    return context;
  }

  /** Returns what counts the bytes of the link, and cuts it. */
  Relay link() {
    return link;
  }

  /** Returns what counts the bytes of HTTPS. */
  Relay https() {
    return https;
  }

  /** Counts by a query in the database of the hub, or else of the edge. */
  long count(boolean ofHub, String query) {
    var database = ofHub ? hubDatabase : edgeDatabase;
    return await(
        "the database",
        () -> database.query(query).execute().map(rows -> rows.iterator().next().getLong(0)));
  }

  private Pool database(ShippedNodes nodes) {
    return PgBuilder.pool().connectingTo(nodes.postgres().login()).using(vertx).build();
  }

  /** Sends a GET. On the context; does not block. */
  Future<Answer> get(Route route, String path) {
    return send(route, HttpMethod.GET, path, "", Buffer.buffer());
  }

  /** Sends a POST with a key. On the context; does not block. */
  Future<Answer> post(Route route, String path, String key, String body) {
    return send(route, HttpMethod.POST, path, key, Buffer.buffer(body));
  }

  private Future<Answer> send(
      Route route, HttpMethod method, String path, String key, Buffer body) {
    return switch (route) {
      case EDGE -> send(plainClient, edge.node(0).httpPort(), method, path, key, body);
      case HTTPS_KEPT -> send(keptClient, https.port(), method, path, key, body);
      case HTTPS_NEW -> {
        // A client of its own, as one that is used again goes on with the TLS session of before.
        var client = client(overTls());
        yield send(client, https.port(), method, path, key, body).eventually(client::close);
      }
    };
  }

  private Future<Answer> send(
      HttpClient client, int port, HttpMethod method, String path, String key, Buffer body) {
    var options =
        new RequestOptions()
            .setMethod(method)
            .setHost(Ports.HOST)
            .setPort(port)
            .setURI(path)
            .setTimeout(LinkLimits.PATIENCE.toMillis());
    return client
        .request(options)
        .compose(
            request -> {
              request.putHeader("Authorization", authorization);
              if (body.length() > 0) {
                request.putHeader("Content-Type", "application/json");
                request.putHeader("Idempotency-Key", key);
              }
              return request
                  .send(body)
                  .compose(
                      response -> response.body().map(read -> answer(response.statusCode(), read)));
            });
  }

  private static Answer answer(int status, Buffer body) {
    return new Answer(status, body.length() == 0 ? new JsonObject() : new JsonObject(body));
  }

  /** Creates users at the hub, who are known at the edge when this returns; returns their ids. */
  List<UUID> createUsers(int count) {
    var users = new ArrayList<UUID>();
    var run = Purchase.run();
    for (int i = 0; i < count; i++) {
      var name = run + "-user-" + i;
      var user =
          new JsonObject()
              .put("email", name + "@lab.example")
              .put("name", "User " + i)
              .put("currency", Purchase.CURRENCY)
              .put("creditLimit", LinkLimits.CREDIT);
      var answer = await("a user", () -> post(Route.HTTPS_KEPT, "/v1/users", name, user.encode()));
      if (answer.status() != CREATED) {
        throw new LabException("a user was refused: " + answer);
      }
      users.add(UUID.fromString(answer.body().getString("id")));
    }
    return users;
  }

  /** Cuts the link, and waits until the edge works alone. */
  void cut(UUID user) {
    link.cut();
    // It finds out by an order that it cannot place at the hub.
    var purchase = Purchase.of(Purchase.run(), List.of(user), 0);
    await("an order", () -> post(Route.EDGE, "/v1/orders", purchase.key(), purchase.body()));
    awaitLinked(false);
  }

  /** Heals the link, and waits until the edge places orders at the hub again. */
  void heal() {
    link.heal();
    awaitLinked(true);
  }

  private void awaitLinked(boolean wanted) {
    Patience.until(
        "the edge is " + (wanted ? "linked" : "alone"),
        LinkLimits.LINKED_MAX,
        LinkLimits.LOOK,
        () -> journal().map(report -> report.getBoolean("linked") == wanted).orElse(false));
  }

  /** Returns how the journal of the edge stands; empty when it cannot be asked. */
  Optional<JsonObject> journal() {
    var asked = new JsonObject().put("operation", "orders.journal");
    var answer =
        await(
            "the admin API of the edge",
            () ->
                send(
                    plainClient,
                    edge.node(0).adminPort(),
                    HttpMethod.POST,
                    "/v1/calls",
                    "",
                    asked.toBuffer()));
    return answer.status() == OK && "ok".equals(answer.body().getString("outcome"))
        ? Optional.of(answer.body().getJsonObject("body"))
        : Optional.empty();
  }

  /** Runs a task on the context and waits for its future. */
  <T> T await(String what, Supplier<Future<T>> task) {
    return await(what, LinkLimits.ANSWER_MAX, task);
  }

  /** Runs a task on the context and waits for its future, so long at most. */
  <T> T await(String what, Duration longest, Supplier<Future<T>> task) {
    return Patience.await(what, context, task, longest);
  }

  @Override
  public void close() {
    Patience.await("the client closes", vertx.close(), LinkLimits.PATIENCE);
    for (int i = opened.size() - 1; i >= 0; i--) {
      try {
        opened.get(i).close();
      } catch (Exception e) {
        System.err.println("bench.sh: " + e.getMessage());
      }
    }
    folder.close();
  }
}
