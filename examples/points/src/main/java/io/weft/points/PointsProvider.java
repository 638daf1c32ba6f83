package io.weft.points;

import io.vertx.core.Deployable;
import io.weft.ledger.DataService;
import io.weft.mesh.Topic;
import io.weft.points.api.Points;
import java.util.List;

/** The service points, as nodes find it. */
public final class PointsProvider extends DataService {
  /** Creates the provider; called by nodes. */
  public PointsProvider() {
    super(Points.SERVICE, "1.0.0");
  }

  @Override
  protected List<Topic<?>> topics() {
    return List.of(Points.REDEEMED);
  }

  @Override
  protected Deployable instance(Host host, Data data) {
    return new PointsVerticle(host.mesh(), new PointsStore(data), data.database(), host.time());
  }
}
