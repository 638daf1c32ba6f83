package io.weft.mesh;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * How many further attempts a whole chain of calls may make.
 *
 * <p>It belongs to one call as its caller sees it, and to all calls made by the handler that serves
 * it. The layer next to a failure spends it, and what was spent below comes back with the failure;
 * so a chain of services makes a few attempts more in all, not a few at each layer. Safe for use by
 * many threads.
 */
public final class RetryCredit {
  private final AtomicInteger left;
  private final int given;

  /** Creates the credit of a call that begins a chain. */
  public RetryCredit() {
    this(MeshLimits.ATTEMPTS_MAX - 1);
  }

  /**
   * Creates a credit.
   *
   * @param given further attempts, at least 0; more than {@link MeshLimits#RETRY_CREDIT_MAX} count
   *     as that
   */
  public RetryCredit(int given) {
    this.given = Math.max(0, Math.min(given, MeshLimits.RETRY_CREDIT_MAX));
    left = new AtomicInteger(this.given);
  }

  /** Takes one further attempt out of the credit, if there is one. */
  public boolean withdraw() {
    return left.getAndUpdate(credit -> Math.max(0, credit - 1)) > 0;
  }

  /** Takes out what another layer says it has spent. */
  public void spent(int attempts) {
    left.updateAndGet(credit -> Math.max(0, credit - Math.max(0, attempts)));
  }

  /** Returns how many further attempts are left. */
  public int left() {
    return left.get();
  }

  /** Returns how many further attempts were made. */
  public int spent() {
    return given - left.get();
  }
}
