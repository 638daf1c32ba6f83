package io.weft.mesh.breaker;

import io.vertx.circuitbreaker.CircuitBreakerState;
import io.weft.mesh.MeshLimits;
import io.weft.mesh.discovery.Endpoint;
import io.weft.mesh.policy.BreakerPolicy;
import java.time.Duration;

/**
 * The judgement of one event loop on the health of one endpoint.
 *
 * <p>CLOSED: the endpoint is well. It opens on failures in a row, on a share of failures, or on a
 * share of slow answers, the shares over a sliding window of time and from a number of attempts on.
 *
 * <p>OPEN: the endpoint is ill; {@link Ejections} says whether it is left out. It is for a time
 * that doubles from one illness to the next and shrinks back in health, one step for each time of
 * that length.
 *
 * <p>HALF_OPEN: it is ill, and one call was sent to it all the same, as a probe. Probes begin at
 * once and not when the time is up, one after the other, so that an endpoint that is well again is
 * back in seconds however long it was to stay away: several good ones in a row bring it back early,
 * after its time a single one does. An endpoint that fails four times of five passes the first test
 * about never, which is what the growing time is for. A failed probe ends the row and opens it
 * again, after its time for twice as long. A probe that is never answered is nobody's wait: the
 * next one is due as long after its beginning as after any other.
 *
 * <p>While an ill endpoint is in use, because too many are ill, its calls count as probes. What
 * began before it opened tells nothing new, and does not count.
 *
 * <p>The library's breaker forgets all failures with each success, so that one of five keeps it
 * closed, and waits for a hung probe for ever; that is why this is not it, though it speaks its
 * states. Ejection and its growth are after the outlier detection of Envoy. Nothing here needs a
 * timer: what time changes is seen by whoever asks. For one event loop.
 */
public final class Breaker {
  private final Endpoint endpoint;
  private final Ejections ejections;
  private final Transitions transitions;
  private final Window window;
  private CircuitBreakerState state = CircuitBreakerState.CLOSED;
  private boolean ejected;
  private boolean present = true;
  private int failuresInRow;

  /** When the state last became CLOSED, or when it last was found to have been OPEN rightly. */
  private long sinceNanos;

  private long ejectionNanos;
  private long probeDueNanos;
  private int goodProbes;

  /** Creates the breaker of an endpoint that is believed to be well. */
  public Breaker(Endpoint endpoint, Ejections ejections, Transitions transitions, long nowNanos) {
    this.endpoint = endpoint;
    this.ejections = ejections;
    this.transitions = transitions;
    window = new Window(MeshLimits.BREAKER_WINDOW, nowNanos);
    sinceNanos = nowNanos;
  }

  /** Returns the state. */
  public CircuitBreakerState state() {
    return state;
  }

  /** Returns whether the endpoint is left out, but for probes. */
  public boolean ejected() {
    return ejected;
  }

  /**
   * Says whether the endpoint is one of those that may be picked; attempts that were in flight when
   * it left are judged all the same, in case it returns. {@link Ejections#endpoints} is to follow.
   */
  public void present(boolean is) {
    present = is;
  }

  boolean present() {
    return present;
  }

  /** Returns how long the last illness keeps the endpoint away, unless probes show it well. */
  Duration ejection() {
    return Duration.ofNanos(ejectionNanos);
  }

  /** Leaves the endpoint out or takes it back, and returns whether that is a change. */
  boolean eject(boolean out) {
    boolean changed = ejected != out;
    ejected = out;
    return changed;
  }

  /** Returns since when a probe may be sent, in nanoseconds; negative when none may. */
  public long probeOverdueNanos(long nowNanos) {
    return state == CircuitBreakerState.CLOSED ? -1 : nowNanos - probeDueNanos;
  }

  /** Takes note that the attempt that begins now is a probe. */
  public void probing(long nowNanos) {
    probeDueNanos = nowNanos + MeshLimits.PROBE_INTERVAL.toNanos();
    become(CircuitBreakerState.HALF_OPEN, "a probe was sent");
  }

  /**
   * Takes note of an answer.
   *
   * @param policy that of the operation
   * @param startNanos when the attempt began
   * @return whether it has shown that the endpoint is well again
   */
  public boolean answered(BreakerPolicy policy, long startNanos, long nowNanos) {
    var limit = policy.slowCall();
    boolean slow = limit != null && nowNanos - startNanos > limit.toNanos();
    if (state != CircuitBreakerState.CLOSED) {
      if (slow) {
        probeFailed(policy, startNanos, nowNanos, "the probe was slow");
      } else {
        probeAnswered(startNanos, nowNanos);
      }
      return state == CircuitBreakerState.CLOSED;
    }
    failuresInRow = 0;
    window.add(nowNanos, false, slow);
    if (slow) {
      judgeSlow(policy, nowNanos);
    }
    return false;
  }

  /**
   * Takes note of a failure that tells of illness.
   *
   * @param policy that of the operation
   * @param startNanos when the attempt began
   * @param why what failed, for people
   */
  public void failed(BreakerPolicy policy, long startNanos, long nowNanos, String why) {
    if (state != CircuitBreakerState.CLOSED) {
      probeFailed(policy, startNanos, nowNanos, "the probe failed: " + why);
      return;
    }
    failuresInRow++;
    window.reach(policy.window(), nowNanos);
    window.add(nowNanos, true, false);
    judgeFailures(policy, nowNanos, why);
  }

  private void judgeFailures(BreakerPolicy policy, long nowNanos, String why) {
    if (failuresInRow >= policy.consecutiveFailures()) {
      open(policy, nowNanos, failuresInRow + " failures in a row, the last one: " + why);
      return;
    }
    int failed = window.failed(nowNanos, policy.window());
    int all = window.all(nowNanos, policy.window());
    if (all >= policy.volumeMin() && failed >= policy.errorRate() * all) {
      open(policy, nowNanos, failed + " of " + all + " attempts failed, the last one: " + why);
    }
  }

  private void judgeSlow(BreakerPolicy policy, long nowNanos) {
    int slow = window.slow(nowNanos, policy.window());
    int all = window.all(nowNanos, policy.window());
    if (all >= policy.volumeMin() && slow >= policy.slowRate() * all) {
      open(policy, nowNanos, slow + " of " + all + " attempts were slow");
    }
  }

  private void open(BreakerPolicy policy, long nowNanos, String why) {
    shrink(policy, nowNanos - sinceNanos);
    grow(policy);
    failuresInRow = 0;
    goodProbes = 0;
    window.clear();
    sinceNanos = nowNanos;
    probeDueNanos = nowNanos + Math.min(ejectionNanos, MeshLimits.PROBE_INTERVAL.toNanos());
    ejections.opened(this, policy.ejectedShareMax());
    become(CircuitBreakerState.OPEN, why);
  }

  private void grow(BreakerPolicy policy) {
    ejectionNanos =
        Math.min(
            policy.ejectionMax().toNanos(),
            Math.max(policy.ejection().toNanos(), ejectionNanos * 2));
  }

  private void shrink(BreakerPolicy policy, long healthyNanos) {
    long leftNanos = healthyNanos;
    while (ejectionNanos > 0 && leftNanos >= ejectionNanos) {
      leftNanos -= ejectionNanos;
      ejectionNanos = ejectionNanos <= policy.ejection().toNanos() ? 0 : ejectionNanos / 2;
    }
  }

  private void probeAnswered(long startNanos, long nowNanos) {
    if (startNanos - sinceNanos <= 0) {
      return;
    }
    goodProbes++;
    probeDueNanos = nowNanos;
    if (goodProbes >= MeshLimits.PROBES_EARLY || nowNanos - sinceNanos >= ejectionNanos) {
      sinceNanos = nowNanos;
      ejections.forget(this);
      become(CircuitBreakerState.CLOSED, goodProbes + " good probes in a row");
    }
  }

  private void probeFailed(BreakerPolicy policy, long startNanos, long nowNanos, String why) {
    if (startNanos - sinceNanos <= 0) {
      return;
    }
    goodProbes = 0;
    probeDueNanos = nowNanos + MeshLimits.PROBE_INTERVAL.toNanos();
    if (nowNanos - sinceNanos >= ejectionNanos) {
      grow(policy);
      sinceNanos = nowNanos;
    }
    become(CircuitBreakerState.OPEN, why);
  }

  private void become(CircuitBreakerState other, String why) {
    var before = state;
    if (before != other) {
      state = other;
      transitions.changed(endpoint, before, other, why);
    }
  }
}
