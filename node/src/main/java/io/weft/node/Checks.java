package io.weft.node;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.weft.mesh.Readiness;
import io.weft.mesh.Readiness.Check;
import io.weft.mesh.ServiceProvider;
import io.weft.mesh.time.Time;
import io.weft.node.settings.Settings;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntSupplier;

/** Whether a node can do its work: asked of the cluster, PostgreSQL and each of its services. */
final class Checks {
  private final IntSupplier nodes;
  private final Time time;
  private final List<Part> parts = new ArrayList<>();
  private volatile String notYet = "the node is starting";

  private interface Ask {
    Future<Void> ask();
  }

  private record Part(String name, Ask ask) {}

  /**
   * Creates the checks of a node that is starting.
   *
   * @param nodes how many nodes are believed to be alive, this one included
   */
  Checks(IntSupplier nodes, Time time) {
    this.nodes = nodes;
    this.time = time;
  }

  /** Adds PostgreSQL. */
  void postgres(Postgres.Check check) {
    parts.add(new Part("postgres", check::answers));
  }

  /** Adds a service. */
  void service(ServiceProvider provider) {
    parts.add(new Part(provider.name(), provider::check));
  }

  /** Says that the node is where it wants to be in its life. */
  void ready() {
    notYet = "";
  }

  /** Says whether the node has given its work up: whoever comes from outside is to go elsewhere. */
  void draining(boolean drains) {
    notYet = drains ? "the node drains: undrain it to have it back" : "";
  }

  /** Says that the node is on its way out. */
  void stopping() {
    notYet = "the node is stopping";
  }

  /** Asks all at the same time, each for a bounded time; never fails. */
  Future<Readiness> ask() {
    var asked = new ArrayList<Future<Check>>();
    asked.add(Future.succeededFuture(cluster()));
    parts.forEach(part -> asked.add(ask(part)));
    return Future.join(asked)
        .map(done -> new Readiness(asked.stream().map(Future::result).toList()));
  }

  private Check cluster() {
    var reason = notYet;
    int alive = nodes.getAsInt();
    return reason.isEmpty()
        ? new Check("cluster", alive > 0, alive + " nodes")
        : new Check("cluster", false, reason);
  }

  private Future<Check> ask(Part part) {
    var answer = Promise.<Check>promise();
    var timeout =
        time.timers()
            .after(
                NodeLimits.CHECK_TIMEOUT,
                () ->
                    answer.tryComplete(
                        new Check(
                            part.name(),
                            false,
                            "no answer in " + NodeLimits.CHECK_TIMEOUT.toMillis() + " ms")));
    Future.succeededFuture()
        .compose(go -> part.ask().ask())
        .onComplete(
            done -> {
              timeout.cancel();
              answer.tryComplete(
                  done.succeeded()
                      ? new Check(part.name(), true, "")
                      : new Check(part.name(), false, detail(done.cause())));
            });
    return answer.future();
  }

  private static String detail(Throwable cause) {
    return Settings.masked(cause.getMessage() == null ? cause.toString() : cause.getMessage());
  }
}
