package io.weft.mesh;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * How many further attempts a whole chain of calls may make.
 *
 * <p>It belongs to one call as its caller sees it, and to all calls made by the handler that serves
 * it. The layer next to a failure spends it, and what was spent below comes back with the failure;
 * so a chain of services makes a few attempts more in all, not a few at each layer. On one node the
 * layers share it; to other nodes it travels as a number. What a node spent that died before it
 * could say so is not known, and may be spent again: repeating such a call elsewhere is what
 * retries are for.
 *
 * <p>Safe for use by many threads. A call that succeeds at its first attempt never touches it.
 */
public final class RetryCredit {
  /** What a call has of which nobody said anything. */
  public static final int DEFAULT = MeshLimits.ATTEMPTS_MAX - 1;

  private static final VarHandle LEFT = left(MethodHandles.lookup());

  private final int given;
  private volatile int left;

  /** Creates the credit of a call that begins a chain. */
  public RetryCredit() {
    this(DEFAULT);
  }

  /**
   * Creates a credit.
   *
   * @param given further attempts, at least 0; more than {@link MeshLimits#RETRY_CREDIT_MAX} count
   *     as that
   */
  public RetryCredit(int given) {
    this.given = Math.max(0, Math.min(given, MeshLimits.RETRY_CREDIT_MAX));
    left = this.given;
  }

  /** Takes one further attempt out of the credit, if there is one. */
  public boolean withdraw() {
    return take(1) == 1;
  }

  /** Takes out what another layer says it has spent; no more than there is. */
  public void spent(int attempts) {
    take(Math.max(0, attempts));
  }

  /** Returns how many further attempts are left. */
  public int left() {
    return left;
  }

  /** Returns how many further attempts were made. */
  public int spent() {
    return given - left;
  }

  private int take(int wanted) {
    int present;
    int taken;
    do {
      present = left;
      taken = Math.min(present, wanted);
    } while (taken > 0 && !LEFT.compareAndSet(this, present, present - taken));
    return taken;
  }

  private static VarHandle left(MethodHandles.Lookup lookup) {
    try {
      return lookup.findVarHandle(RetryCredit.class, "left", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }
}
