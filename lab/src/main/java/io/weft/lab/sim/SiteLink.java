package io.weft.lab.sim;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.weft.mesh.MeshFailure;
import java.time.Duration;

/**
 * The links between sites and their hub, harsher than the real ones: what is sent may be lost,
 * doubled, late or overtaken, in both directions, without anybody being told.
 */
final class SiteLink {
  private static final Duration TIMEOUT = Duration.ofSeconds(2);

  private final SiteWorld world;
  private boolean harsh = true;

  /** What the hub does with a request. */
  @FunctionalInterface
  interface AtHub<T> {
    Future<T> run();
  }

  SiteLink(SiteWorld world) {
    this.world = world;
  }

  /** From now on nothing is lost or doubled, but where a link is cut. */
  void heal() {
    harsh = false;
  }

  /** Asks the hub; fails with {@code Unknown} when no answer comes in time. */
  <T> Future<T> ask(SimSite from, AtHub<T> handler) {
    Promise<T> answer = Promise.promise();
    var patience =
        world
            .time()
            .after(TIMEOUT, () -> answer.tryFail(new MeshFailure.Unknown("no answer in time")));
    for (int copy = copies(); copy > 0; copy--) {
      world.time().after(delay(), () -> arrive(from, handler, answer));
    }
    return answer.future().onComplete(done -> patience.cancel());
  }

  private <T> void arrive(SimSite from, AtHub<T> handler, Promise<T> answer) {
    var hub = world.hub();
    if (from.cut() || hub.down()) {
      return;
    }
    handler
        .run()
        .onComplete(
            (value, failure) -> {
              for (int copy = copies(); copy > 0; copy--) {
                world
                    .time()
                    .after(
                        delay(),
                        () -> {
                          if (!from.cut() && !answer.future().isComplete()) {
                            answer.complete(value, failure);
                          }
                        });
              }
            });
  }

  private int copies() {
    int chance = harsh ? world.rng().nextInt(100) : 99;
    return chance < 5 ? 0 : chance < 12 ? 2 : 1;
  }

  private Duration delay() {
    int longest = harsh && world.rng().nextInt(20) == 0 ? 3_000_000 : 50_000;
    return Duration.ofNanos(1_000L * (5_000 + world.rng().nextInt(longest)));
  }
}
