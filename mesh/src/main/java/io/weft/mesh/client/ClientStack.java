package io.weft.mesh.client;

import io.vertx.core.Future;
import io.weft.mesh.Reply;
import io.weft.mesh.Request;
import io.weft.mesh.Step;
import io.weft.mesh.breaker.Breaker;
import io.weft.mesh.breaker.Transitions;
import io.weft.mesh.discovery.Directory;
import io.weft.mesh.discovery.Place;
import io.weft.mesh.telemetry.Gauges.ClientGauges;
import io.weft.mesh.telemetry.Observation;
import io.weft.mesh.telemetry.Telemetry;
import io.weft.mesh.telemetry.Timed;
import io.weft.mesh.time.Time;
import java.util.function.Supplier;

/**
 * The path of a call on the caller's side, from the top down, and why each step stands where it
 * does.
 *
 * <p>One stack belongs to one event loop; nothing in it is shared.
 */
public final class ClientStack implements Step {
  private final Step top;
  private final Balancer balancer;
  private final CallHistory.Book histories;

  private ClientStack(Step top, Balancer balancer, CallHistory.Book histories) {
    this.top = top;
    this.balancer = balancer;
    this.histories = histories;
  }

  /** Returns the steps of a caller of whom nothing is known but what he calls. */
  public static Step of(
      Time time, Telemetry telemetry, Supplier<Directory> directories, Transport transport) {
    return of(
        time, Observation.of(telemetry), directories, transport, Place.NOWHERE, Transitions.NOBODY);
  }

  /**
   * Returns the steps of the caller's side as one.
   *
   * @param observation where it is told what becomes of calls and attempts, and how they are made
   * @param directories who serves what, at present
   * @param transport what carries the attempts
   * @param place where the caller is
   * @param transitions who is told of breakers that open and close
   */
  public static ClientStack of(
      Time time,
      Observation observation,
      Supplier<Directory> directories,
      Transport transport,
      Place place,
      Transitions transitions) {
    var ticker = time.ticker();

    // At the bottom: what belongs to one endpoint. The in-flight limit stands above the attempt's
    // deadline, which the transport keeps, because only it can forget a request that timed out.
    // The breaker sees what becomes of the attempt, timeouts too; it needs no gate in the way of a
    // call, because who is ejected is not among those that the balancer chooses from. Attempts are
    // counted here, apart from calls.
    Fleet.Stacks stacks =
        (endpoint, newcomer, fleet) -> {
          var breaker = new Breaker(endpoint, fleet.ejections(), transitions, ticker.nanos());
          var tally = fleet.tally(endpoint.version());
          return new EndpointStack(
              endpoint, newcomer, tally, breaker, transport, observation, ticker);
        };

    // The balancer chooses among those. It stands below the retries, so that a retry chooses anew.
    var balancer = new Balancer(ticker, time.rng(), place, directories, stacks);
    transport.loads(balancer::told);

    // Hedging stands above the balancer, so that the second attempt goes elsewhere, and below the
    // retries, which see two attempts that ran side by side as one.
    var histories = new CallHistory.Book(ticker);
    Step hedging = new Hedging(time, histories, balancer::hasUntried, balancer);

    // Retries stand below the deadline, which bounds them all together.
    Step retries = new Retries(time, histories, balancer::hasUntried, hedging);

    // Traffic stands above the retries, so that all attempts of a call go to the same version and
    // a fault on purpose meets the call rather than an attempt; below the deadline, which bounds
    // its delays.
    Step traffic = new Traffic(time, directories, retries);

    // The deadline stands below telemetry, so that calls that came too late are counted too.
    Step deadline = new CallDeadline(traffic);

    // Telemetry counts what the caller felt.
    Step timed = new Timed(ticker, observation.telemetry()::calls, observation.spans(), deadline);

    // Above all of these, so that every layer below can say what it did with a call that is to be
    // explained.
    Step explaining = new Explaining(time, observation.explanations(), timed);

    // On top, so that whoever looks on sees what the caller felt, and how often it was tried.
    Step top = new Tapping(ticker, observation.taps(), explaining);
    return new ClientStack(top, balancer, histories);
  }

  @Override
  public Future<Reply> take(Request request) {
    return top.take(request);
  }

  /** Returns how what is called from here stands, by service, and the endpoints that are ill. */
  public ClientGauges gauges() {
    return balancer.gauges(histories::budget);
  }
}
