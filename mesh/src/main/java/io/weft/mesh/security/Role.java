package io.weft.mesh.security;

import java.util.Set;

/** What somebody is, and the scopes that one who is that has unless a token says otherwise. */
public enum Role {
  /** Buys: sees and changes what is their own. */
  CUSTOMER("users:read users:write orders:read orders:write"),
  /** Runs the place: sees and changes what is anybody's. */
  OPERATOR("users:read users:write orders:read orders:write operate"),
  /** A thing at the edge that orders for the account that it belongs to. */
  DEVICE("users:read orders:read orders:write");

  private final String scopes;

  Role(String scopes) {
    this.scopes = scopes;
  }

  /** Returns its name as tokens have it, such as {@code operator}. */
  public String word() {
    return switch (this) {
      case CUSTOMER -> "customer";
      case OPERATOR -> "operator";
      case DEVICE -> "device";
    };
  }

  /** Returns the scopes that it stands for. */
  public Set<String> scopes() {
    return Set.of(scopes.split(" "));
  }

  /** Returns somebody who is this and no more. */
  public Principal principal(String subject) {
    return new Principal(subject, Set.of(word()), scopes());
  }
}
