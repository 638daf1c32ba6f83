package io.weft.routing.admin.api;

/**
 * What came of one check.
 *
 * @param code stable, for programs and the manual: {@code W} and four digits
 * @param name what must hold, in a few words
 * @param status whether it holds
 * @param subject what was looked at: a node, an instance, a service
 * @param detail what was found
 * @param fix what to do; empty when there is nothing to do
 */
public record Finding(
    String code, String name, Status status, String subject, String detail, String fix) {
  /** Whether something holds, from the best to the worst. */
  public enum Status {
    /** It holds. */
    PASS,
    /** It holds, but not for long or not for sure. */
    WARN,
    /** It does not hold. */
    FAIL
  }

  /**
   * What must hold.
   *
   * @param code stable: {@code W} and four digits
   * @param name in a few words
   */
  public record Rule(String code, String name) {
    /** Returns that it holds. */
    public Finding pass(String subject, String detail) {
      return new Finding(code, name, Status.PASS, subject, detail, "");
    }

    /** Returns that it holds, but not for long or not for sure. */
    public Finding warn(String subject, String detail, String fix) {
      return new Finding(code, name, Status.WARN, subject, detail, fix);
    }

    /** Returns that it does not hold. */
    public Finding fail(String subject, String detail, String fix) {
      return new Finding(code, name, Status.FAIL, subject, detail, fix);
    }
  }
}
