package io.weft.lab.sim;

import io.vertx.circuitbreaker.CircuitBreakerState;
import io.weft.mesh.Request;
import io.weft.mesh.discovery.Endpoint;
import org.jspecify.annotations.Nullable;

/**
 * Something that holds after every step of every world; it is told what happens, and throws a
 * {@link Violation} when it does not hold.
 */
abstract class Law {
  /** A process makes a call. */
  void called(SimCall call) {}

  /** The caller of a call is told its end: an answer, or a failure. */
  void completed(SimCall call, @Nullable Throwable failure) {}

  /** The stack of a process has picked an endpoint for an attempt. */
  void attempted(Incarnation by, SimCall call, Endpoint endpoint) {}

  /** The breaker of an endpoint has changed its state in the eyes of a process. */
  void turned(Incarnation by, Endpoint endpoint, CircuitBreakerState state) {}

  /** The network has doubled a request of a call. */
  void doubled(SimCall call) {}

  /** An instance of a process lets its handler begin. */
  void began(Incarnation server, SimCall call, Request request) {}

  /** A handler has had its effect. */
  void ran(SimCall call, Request request) {}

  /** A process has heard an announcement of a node's incarnation. */
  void heard(Incarnation by, String node, String incarnation) {}

  /** A process has seen the record of a node's incarnation. */
  void met(Incarnation by, String node, String incarnation) {}

  /** The registry of a process has forgotten a node: what it meets next is new to it. */
  void forgotten(Incarnation by, String node) {}

  /** All faults are over, and the cluster is one again. */
  void healed() {}

  /** A step is over; {@code touched} is the process in which it happened, if one did. */
  void afterStep(@Nullable Incarnation touched) {}

  /** No calls were made for a while, and all that were are past their deadlines. */
  void atEnd() {}
}
