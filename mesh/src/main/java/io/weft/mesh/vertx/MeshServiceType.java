package io.weft.mesh.vertx;

import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.servicediscovery.Record;
import io.vertx.servicediscovery.ServiceDiscovery;
import io.vertx.servicediscovery.ServiceReference;
import io.vertx.servicediscovery.spi.ServiceType;
import io.vertx.servicediscovery.types.AbstractServiceReference;

/**
 * The type of records of the mesh's instances: a reference to one gives a {@link ServiceClient}.
 */
public final class MeshServiceType implements ServiceType {
  /** What the type is called in records. */
  public static final String NAME = "weft";

  /** Creates the type, as the service loader does. */
  public MeshServiceType() {}

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public ServiceReference get(
      Vertx vertx, ServiceDiscovery discovery, Record record, JsonObject configuration) {
    return new Reference(vertx, discovery, record);
  }

  private static final class Reference extends AbstractServiceReference<ServiceClient> {
    Reference(Vertx vertx, ServiceDiscovery discovery, Record record) {
      super(vertx, discovery, record);
    }

    @Override
    protected ServiceClient retrieve() {
      return new ServiceClient(vertx, record().getName());
    }
  }
}
