package io.weft.mesh.vertx;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.servicediscovery.Record;
import io.vertx.servicediscovery.Status;
import io.weft.mesh.discovery.Endpoint;
import java.util.List;
import java.util.Map;

/**
 * An instance of the mesh as a record of vertx-service-discovery.
 *
 * <p>One such record is handed to everybody who looks, so it cannot be changed.
 */
final class InstanceListed extends Record {
  InstanceListed(Endpoint endpoint, boolean up) {
    super.setName(endpoint.service());
    super.setRegistration(endpoint.id());
    super.setType(MeshServiceType.NAME);
    super.setStatus(up ? Status.UP : Status.OUT_OF_SERVICE);
    super.setLocation(new JsonObject(Map.of(ENDPOINT, endpoint.id())));
    super.setMetadata(
        new JsonObject(
            Map.of(
                "node", endpoint.node(),
                "zone", endpoint.zone(),
                "site", endpoint.site(),
                "version", endpoint.version(),
                "operations", new JsonArray(List.copyOf(endpoint.operations())))));
  }

  @Override
  public Record setLocation(JsonObject location) {
    throw fixed();
  }

  @Override
  public Record setMetadata(JsonObject metadata) {
    throw fixed();
  }

  @Override
  public Record setName(String name) {
    throw fixed();
  }

  @Override
  public Record setStatus(Status status) {
    throw fixed();
  }

  @Override
  public Record setRegistration(String registration) {
    throw fixed();
  }

  @Override
  public Record setType(String type) {
    throw fixed();
  }

  private UnsupportedOperationException fixed() {
    return new UnsupportedOperationException(
        "the record of instance " + getRegistration() + " cannot be changed: copy it");
  }
}
