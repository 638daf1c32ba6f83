package io.weft.users;

/** Every limit and default of users, with its unit. */
public final class UsersLimits {
  /** Characters in an e-mail address, as SMTP has it. */
  public static final int EMAIL_MAX_CHARS = 254;

  /** Characters in the part of an e-mail address before the @, as SMTP has it. */
  public static final int EMAIL_LOCAL_MAX_CHARS = 64;

  /** Characters in a name. */
  public static final int NAME_MAX_CHARS = 200;

  /** Items on a page when the caller does not say. */
  public static final int PAGE_DEFAULT = 50;

  /** Items on a page. */
  public static final int PAGE_MAX = 100;

  private UsersLimits() {}
}
