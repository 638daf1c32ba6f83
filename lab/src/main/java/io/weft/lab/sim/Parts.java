package io.weft.lab.sim;

import io.weft.mesh.MeshFailure.Expired;
import io.weft.mesh.Request;
import io.weft.mesh.Step;
import io.weft.mesh.client.ClientStack;
import io.weft.mesh.client.Transport;
import io.weft.mesh.discovery.Directory;
import io.weft.mesh.discovery.Place;
import io.weft.mesh.policy.Policies;
import io.weft.mesh.policy.Policy;
import io.weft.mesh.server.Admission;
import io.weft.mesh.server.ServerStack;
import io.weft.mesh.telemetry.Observation;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The real parts of the mesh that a world is built of, each put together in one place.
 *
 * <p>Tests put a broken part in place of one of them, to see that the laws notice.
 */
class Parts {
  /** Returns what the calls of a world go by. */
  Policy policy(Settings settings) {
    return settings.policy();
  }

  /** Returns the steps of a process on the caller's side. */
  Step client(Incarnation of, Supplier<Directory> directories, Transport transport) {
    return ClientStack.of(
        of.time(),
        Observation.of(of.telemetry()),
        directories,
        transport,
        Place.NOWHERE,
        of::turned);
  }

  /** Returns who serves what, as the caller's side sees it. */
  Supplier<Directory> directories(Incarnation of) {
    return of.registry()::directory;
  }

  /** Returns what carries the attempts of a process. */
  Transport transport(Incarnation of) {
    return of.transport();
  }

  /** Returns the admission of a new instance. */
  Admission admission(Incarnation of) {
    return new Admission(of.time().ticker(), World.SERVICE, () -> Policies.DEFAULT);
  }

  /** Returns the steps of an instance on the server's side. */
  Step server(Incarnation of, Admission admission, Step handler) {
    return ServerStack.of(
        of.telemetry(), of.time().ticker(), admission, World.OPERATIONS.get(0), handler);
  }

  /** Returns why a request that waited for the handler's thread is not run, or null. */
  @Nullable Expired useless(Request request) {
    return request.useless("it ran");
  }
}
