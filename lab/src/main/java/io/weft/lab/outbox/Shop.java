package io.weft.lab.outbox;

import io.vertx.core.Deployable;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.weft.ledger.DataService;
import io.weft.mesh.Topic;
import java.util.List;
import java.util.Optional;

/** A service that does nothing but tell of it. */
final class Shop extends DataService {
  static final String NAME = "outboxbench";
  static final Topic<Sale> SOLD = Topic.of(NAME + ".sold", Sale.class);

  private Optional<Data> data = Optional.empty();

  /** One event: its number is its place in the order in which events were begun. */
  record Sale(long number, String shop, String article, int quantity, long total) {}

  Shop() {
    super(NAME, "1.0.0");
  }

  @Override
  protected List<Topic<?>> topics() {
    return List.of(SOLD);
  }

  @Override
  protected Deployable instance(Host host, Data held) {
    data = Optional.of(held);
    return new VerticleBase() {
      @Override
      public Future<?> start() {
        return Future.succeededFuture();
      }
    };
  }

  /** Returns what an instance is given. */
  Data data() {
    return data.orElseThrow();
  }
}
