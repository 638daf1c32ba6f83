package io.weft.sites.reach;

import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.weft.mesh.Call;
import io.weft.mesh.Event;
import io.weft.mesh.EventQuery;
import io.weft.mesh.Mesh;
import io.weft.mesh.Step;
import io.weft.mesh.time.Time;
import io.weft.sites.reach.LinkOperations.OfferedService;
import java.util.ArrayList;

/**
 * The instance that stands for a service of another site: what it is asked it asks there. To
 * callers it is an endpoint like any other, at that site.
 */
final class StandIn extends VerticleBase {
  private final Mesh mesh;
  private final Time time;
  private final Step far;
  private final OfferedService offered;

  StandIn(Mesh mesh, Time time, Step far, OfferedService offered) {
    this.mesh = mesh;
    this.time = time;
    this.far = far;
    this.offered = offered;
  }

  @Override
  public Future<?> start() {
    var events = Event.streamOf(offered.service());
    var served = new ArrayList<Future<Void>>();
    for (var operation : offered.operations()) {
      served.add(
          operation.equals(events.name())
              ? mesh.serve(events, this::read)
              : mesh.serve(operation, far));
    }
    return Future.all(served);
  }

  private Future<FarEvents> read(EventQuery query) {
    var origin = Call.current().orElseThrow().origin();
    return new FarEvents(far, time, origin, offered.service(), query).open();
  }
}
