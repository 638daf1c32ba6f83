package io.weft.mesh.link;

/** Says why a connection of a link cannot be had, or goes on no more. */
public final class LinkException extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private final LinkReason reason;
  private final long term;

  /** Creates the exception; the message says what was found and what was expected. */
  LinkException(LinkReason reason, String message) {
    this(reason, message, 0);
  }

  LinkException(LinkReason reason, String message, long term) {
    super(message, null, false, false);
    this.reason = reason;
    this.term = term;
  }

  static LinkException malformed(String message) {
    return new LinkException(LinkReason.MALFORMED, message);
  }

  @Override
  public String getMessage() {
    return String.valueOf(super.getMessage());
  }

  /** Returns the reason as a program sees it. */
  public LinkReason reason() {
    return reason;
  }

  /** Returns the greatest term that the hub knows of the site; 0 when it did not say. */
  public long term() {
    return term;
  }
}
