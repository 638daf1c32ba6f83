package io.weft.mesh.vertx;

import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.servicediscovery.spi.ServiceImporter;
import io.vertx.servicediscovery.spi.ServicePublisher;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Publishes HTTP services that are where the settings say, for as long as this node lives.
 *
 * <p>Its configuration: {@code {"services": {"billing": ["10.0.0.5:8080", "10.0.0.6:8080"]}}}. Each
 * address becomes a record of type {@code http-endpoint} that belongs to the importing node.
 */
public final class AddressImporter implements ServiceImporter {
  private @Nullable Imported imported;

  /** Creates an importer that has published nothing yet. */
  public AddressImporter() {}

  @Override
  public void start(
      Vertx vertx, ServicePublisher publisher, JsonObject configuration, Promise<Void> started) {
    Map<String, List<Address>> services;
    try {
      services = services(configuration);
    } catch (IllegalArgumentException e) {
      started.fail(e);
      return;
    }
    var all = new Imported(publisher);
    imported = all;
    var published = new ArrayList<Future<Void>>();
    services.forEach((service, addresses) -> published.add(all.replace(service, addresses)));
    Future.all(published).<Void>mapEmpty().onComplete(started);
  }

  @Override
  public void close(Handler<Void> closed) {
    var all = imported == null ? Future.<Void>succeededFuture() : imported.close();
    all.onComplete(done -> closed.handle(null));
  }

  private static Map<String, List<Address>> services(JsonObject configuration) {
    var services = new HashMap<String, List<Address>>();
    for (var entry : Imported.services(configuration)) {
      if (!(entry.getValue() instanceof JsonArray listed)) {
        throw new IllegalArgumentException(
            "services." + entry.getKey() + ": " + entry.getValue() + " (expected: [host:port, …])");
      }
      var addresses = new ArrayList<Address>();
      listed.forEach(each -> addresses.add(Address.of(String.valueOf(each))));
      services.put(entry.getKey(), List.copyOf(addresses));
    }
    return services;
  }
}
