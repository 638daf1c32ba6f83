package io.weft.mesh.bus;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import io.vertx.core.json.JsonObject;
import io.vertx.serviceproxy.ServiceException;
import io.vertx.serviceproxy.ServiceExceptionMessageCodec;

/**
 * Sends what the generator of vertx-service-proxy makes its proxies send, and is found as they are.
 */
public final class WordsVertxEBProxy implements Words {
  private final Vertx vertx;
  private final String address;
  private final DeliveryOptions options;

  public WordsVertxEBProxy(Vertx vertx, String address) {
    this(vertx, address, new DeliveryOptions());
  }

  public WordsVertxEBProxy(Vertx vertx, String address, DeliveryOptions options) {
    this.vertx = vertx;
    this.address = address;
    this.options = options;
    try {
      vertx
          .eventBus()
          .registerDefaultCodec(ServiceException.class, new ServiceExceptionMessageCodec());
    } catch (IllegalStateException e) {
      assert e.getMessage() != null; // Another proxy has done so before.
    }
  }

  @Override
  public Future<JsonObject> echo(String text) {
    return ask("echo", text);
  }

  @Override
  public Future<JsonObject> store(String text) {
    return ask("store", text);
  }

  private Future<JsonObject> ask(String method, String text) {
    var delivery = new DeliveryOptions(options);
    delivery.addHeader("action", method);
    delivery.getHeaders().set("action", method);
    return vertx
        .eventBus()
        .<JsonObject>request(address, new JsonObject().put("text", text), delivery)
        .map(Message::body);
  }
}
