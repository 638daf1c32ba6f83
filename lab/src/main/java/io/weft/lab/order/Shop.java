package io.weft.lab.order;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.NetClient;
import io.weft.lab.LabException;
import io.weft.lab.Said;
import io.weft.lab.Say;
import io.weft.lab.ShippedNodes;
import io.weft.lab.call.Caller;
import io.weft.lab.call.Load;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;

/**
 * Orders placed at nodes over HTTP: every caller of the load has a connection of its own, to the
 * nodes in turn. For one event loop.
 */
final class Shop implements Caller {
  private static final int CREATED = 201;
  private static final String CONFIRMED = "\"status\":\"CONFIRMED\"";

  private final Context context;
  private final String run = Purchase.run();
  private final List<UUID> users;
  private final List<HttpConnection> connections;

  private Shop(Context context, List<UUID> users, List<HttpConnection> connections) {
    this.context = context;
    this.users = users;
    this.connections = connections;
  }

  /** Opens as many connections as there will be orders outstanding. */
  static Future<Shop> open(
      Vertx vertx, Context context, ShippedNodes nodes, int count, List<UUID> users) {
    return on(
        context, () -> connect(vertx, nodes, count).map(all -> new Shop(context, users, all)));
  }

  /** Creates the users who order, over HTTP. */
  static Future<List<UUID>> register(Vertx vertx, Context context, ShippedNodes nodes) {
    return on(
        context,
        () ->
            connect(vertx, nodes, OrderLimits.USERS_AT_A_TIME)
                .compose(
                    connections -> {
                      var run = Purchase.run();
                      var users = new ArrayList<UUID>();
                      return Future.all(
                              connections.stream().map(each -> register(each, run, users)).toList())
                          .compose(
                              done -> Future.all(connections.stream().map(c -> c.close()).toList()))
                          .map(closed -> List.copyOf(users));
                    }));
  }

  /** One after the other over this connection, as long as users are missing. */
  private static Future<Void> register(HttpConnection connection, String run, List<UUID> users) {
    int number = users.size();
    if (number >= OrderLimits.USERS) {
      return Future.succeededFuture();
    }
    users.add(new UUID(0, number)); // The place is taken until its user is there.
    return register(connection, run + "-" + number, OrderLimits.USER_TRIES_MAX)
        .compose(
            id -> {
              users.set(number, id);
              return register(connection, run, users);
            });
  }

  /** What is in doubt is asked again: nodes that have just started are slow. */
  private static Future<UUID> register(HttpConnection connection, String name, int tries) {
    var user =
        new JsonObject()
            .put("email", name + "@lab.example")
            .put("name", "User")
            .put("currency", Purchase.CURRENCY)
            .put("creditLimit", OrderLimits.CREDIT);
    return connection
        .post("/v1/users", name, user.encode())
        .compose(
            response -> {
              if (response.status() == CREATED) {
                return Future.succeededFuture(
                    UUID.fromString(response.body().toJsonObject().getString("id")));
              }
              return tries == 1
                  ? Future.failedFuture(refused(response))
                  : register(connection, name, tries - 1);
            });
  }

  private static Future<List<HttpConnection>> connect(
      Vertx vertx, ShippedNodes nodes, int count) {
    var ports = nodes.httpPorts();
    var token = nodes.token();
    NetClient client = vertx.createNetClient();
    var opening = new ArrayList<Future<HttpConnection>>();
    for (int i = 0; i < count; i++) {
      opening.add(HttpConnection.open(client, ports.get(i % ports.size()), token));
    }
    return Future.all(opening).map(all -> all.<HttpConnection>list());
  }

  private static <T> Future<T> on(Context context, Supplier<Future<T>> task) {
    Promise<T> done = Promise.promise();
    context.runOnContext(turn -> task.get().onComplete(done));
    return done.future();
  }

  @Override
  public void call(Say request, Done done) {
    var purchase = Purchase.of(run, users, request.number());
    connections
        .get(Load.slotOf(request.number()))
        .post("/v1/orders", purchase.key(), purchase.body())
        .onComplete(
            (response, failure) -> {
              if (failure != null) {
                done.done(null, failure);
              } else if (response.status() != CREATED || !confirmed(response.body())) {
                done.done(null, refused(response));
              } else {
                done.done(Said.to(request), null);
              }
            });
  }

  private static boolean confirmed(Buffer body) {
    return body.toString().contains(CONFIRMED);
  }

  private static LabException refused(HttpConnection.Response response) {
    return new LabException("status " + response.status() + ": " + response.body());
  }

  @Override
  public void execute(Runnable task) {
    context.runOnContext(turn -> task.run());
  }

  Future<?> close() {
    return on(context, () -> Future.all(connections.stream().map(c -> c.close()).toList()));
  }
}
