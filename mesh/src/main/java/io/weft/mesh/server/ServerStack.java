package io.weft.mesh.server;

import io.weft.mesh.Step;
import io.weft.mesh.telemetry.Observation;
import io.weft.mesh.telemetry.Served;
import io.weft.mesh.telemetry.Telemetry;
import io.weft.mesh.time.Ticker;

/**
 * The path of a call on the server's side, from the top down, and why each step stands where it
 * does.
 *
 * <p>One stack belongs to one instance and so to one event loop.
 */
public final class ServerStack {
  private ServerStack() {}

  /** Returns the steps of an instance of which nobody needs to know which it is. */
  public static Step of(
      Telemetry telemetry, Ticker ticker, Admission admission, String operation, Step handler) {
    return of(Observation.of(telemetry), "", ticker, admission, operation, handler);
  }

  /**
   * Returns the steps of the server's side as one.
   *
   * @param observation where it is told what becomes of the requests
   * @param instance the instance's id
   * @param admission the instance's admission, shared by its operations
   * @param operation the operation whose requests come in here
   * @param handler decodes, runs the service's code and encodes
   */
  public static Step of(
      Observation observation,
      String instance,
      Ticker ticker,
      Admission admission,
      String operation,
      Step handler) {
    // The deadline gate stands right above the handler: a request that grew useless on its way
    // through what lies above is not run.
    Step deadline = new DeadlineGate(handler);

    // Admission stands above: first the rate, which costs nothing to keep, then room to run or to
    // wait. So a full or stopping instance refuses without any work.
    Step admitted = admission.door(operation, deadline);

    // Who may not call at all takes no room and no token from those who may.
    Step permitted = new Permission(admission, operation, admitted);

    // Telemetry stands on top, so that refusals are counted too.
    return new Served(observation, ticker, instance, operation, permitted);
  }
}
