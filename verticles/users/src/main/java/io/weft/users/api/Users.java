package io.weft.users.api;

import io.weft.mesh.Operation;
import io.weft.mesh.Topic;
import java.time.Duration;

/**
 * The operations of the service users.
 *
 * <p>They fail with {@code user.not_found}, {@code user.invalid} (with the pointer of the field),
 * {@code user.email_taken}, {@code user.version_conflict}, {@code user.inactive}, {@code
 * cursor.invalid}, {@code key.reused} and {@code key.in_progress}.
 */
public interface Users {
  /** The name of the service. */
  String SERVICE = "users";

  /** An account was opened. Its aggregate and its owner are the account. */
  Topic<UserEvent> REGISTERED = Topic.of("users.registered", UserEvent.class);

  /** An account was changed or made inactive; not told of what is reserved of its credit. */
  Topic<UserEvent> CHANGED = Topic.of("users.changed", UserEvent.class);

  /** Opens an account. */
  Operation<CreateUser, User> CREATE =
      Operation.command("users.create", CreateUser.class, User.class);

  /**
   * Reads an account. At a site that has a hub, it is what the site knows of it, and {@link
   * User#ageSeconds} tells how old that may be.
   */
  Operation<UserId, User> GET = Operation.query("users.get", UserId.class, User.class);

  /** Reads accounts, a page at a time, oldest first. */
  Operation<ListUsers, UserPage> LIST =
      Operation.query("users.list", ListUsers.class, UserPage.class);

  /**
   * Tells how far the log of events has come. Whoever has applied all up to there knows of every
   * change that was in the log when this was asked.
   */
  Operation<ReadEventsEnd, EventsEnd> EVENTS_END =
      Operation.query("users.events-end", ReadEventsEnd.class, EventsEnd.class);

  /** Changes an account, if it still is at the version that the caller has seen. */
  Operation<UpdateUser, User> UPDATE =
      Operation.command("users.update", UpdateUser.class, User.class);

  /**
   * Gives an account another password. {@code password.wrong} when the present one is another, and
   * {@code token.too_many_tries} after a few of those.
   */
  Operation<SetPassword, PasswordSet> SET_PASSWORD =
      Operation.command("users.set-password", SetPassword.class, PasswordSet.class);

  /** Says what an account may do. Repeating it changes nothing. */
  Operation<GrantRoles, Roles> GRANT =
      Operation.command("users.grant", GrantRoles.class, Roles.class);

  /**
   * Issues a token. {@code token.invalid_grant} for whatever is wrong with who asks, {@code
   * token.invalid_scope} for a scope that they do not have, {@code token.too_many_tries} with the
   * time to wait after a few of the former.
   *
   * <p>A command, as it counts tries and must not be cached; but its key means nothing: a
   * repetition is a try of its own and gets a token of its own, as nobody keeps a token to give it
   * out again.
   */
  Operation<TokenRequest, Token> TOKEN =
      Operation.command("users.token", TokenRequest.class, Token.class);

  /** Makes a client: a machine that asks for tokens with an id and a secret. */
  Operation<CreateCredential, Credential> CREATE_CLIENT =
      Operation.command("users.create-client", CreateCredential.class, Credential.class);

  /** Reads clients, a page at a time, oldest first. */
  Operation<ListCredentials, CredentialPage> CLIENTS =
      Operation.query("users.clients", ListCredentials.class, CredentialPage.class);

  /** Gives no more tokens to a client; {@code client.not_found}. Repeating it changes nothing. */
  Operation<CredentialId, Credential> REVOKE_CLIENT =
      Operation.command("users.revoke-client", CredentialId.class, Credential.class);

  /** Makes an API key, for a device. */
  Operation<CreateCredential, Credential> CREATE_API_KEY =
      Operation.command("users.create-api-key", CreateCredential.class, Credential.class);

  /** Reads API keys, a page at a time, oldest first. */
  Operation<ListCredentials, CredentialPage> API_KEYS =
      Operation.query("users.api-keys", ListCredentials.class, CredentialPage.class);

  /** Ends an API key; {@code api_key.not_found}. Repeating it changes nothing. */
  Operation<CredentialId, Credential> REVOKE_API_KEY =
      Operation.command("users.revoke-api-key", CredentialId.class, Credential.class);

  /**
   * Tells who asks with an API key; {@code api_key.invalid} for one that is not good, whatever the
   * reason. An answer may be kept for {@link #API_KEY_KEPT} at most, so that a revoked key is dead
   * within that.
   */
  Operation<CheckApiKey, KeyHolder> API_KEY =
      Operation.query("users.api-key", CheckApiKey.class, KeyHolder.class);

  /** How long a gateway may keep whose an API key is. */
  Duration API_KEY_KEPT = Duration.ofSeconds(10);

  /** What every API key begins with. */
  String API_KEY_PREFIX = "wk_";

  /** Tells how old what a site knows of its hub's accounts may be; served where it has a hub. */
  Operation<ReadReplica, ReplicaReport> REPLICA =
      Operation.query("users.replica", ReadReplica.class, ReplicaReport.class);

  /** Makes an account inactive; an inactive one stays as it is. */
  Operation<DeactivateUser, User> DEACTIVATE =
      Operation.command("users.deactivate", DeactivateUser.class, User.class);

  /**
   * Holds credit for an order, once per order. A refusal is final too: {@code user.not_found},
   * {@code user.inactive}, {@code credit.currency_mismatch}, {@code credit.insufficient}, or {@code
   * reservation.released} when the credit of the order was released before. The idempotency key is
   * the order's id.
   */
  Operation<ReserveCredit, Reservation> RESERVE =
      Operation.command("users.reserve", ReserveCredit.class, Reservation.class);

  /** Gives back the credit held for an order; nothing is held for it afterwards or ever. */
  Operation<ReleaseCredit, Reservation> RELEASE =
      Operation.command("users.release", ReleaseCredit.class, Reservation.class);

  /**
   * Begins, or goes on, with the journal of a site; what a site says first when it has its hub
   * back. {@code escrow.journal_other} while another journal of the site is not done with, {@code
   * escrow.journal_older} for one that has come less far than the hub was told: it was restored
   * from a backup, and {@code escrow.journal_closed} for one about which an operator is to decide.
   * None of them changes anything.
   */
  Operation<OpenEscrow, EscrowJournal> OPEN_ESCROW =
      Operation.command("users.open-escrow", OpenEscrow.class, EscrowJournal.class);

  /**
   * Grants a slice of a user's credit to a site, once per number; it cannot be reserved here any
   * more. A repetition is answered with what was granted, whatever amount it wants. {@code
   * escrow.insufficient} when there is nothing to grant, {@code escrow.number} for a number that is
   * not the next, {@code user.inactive}, and the codes of {@link #OPEN_ESCROW}.
   */
  Operation<GrantEscrow, EscrowGrant> GRANT_ESCROW =
      Operation.command("users.grant-escrow", GrantEscrow.class, EscrowGrant.class);

  /**
   * Takes back what a site has given up; said again, or late, it changes nothing. {@code
   * escrow.overdrawn} for more than the site can hold.
   */
  Operation<ReturnEscrow, EscrowBalance> RETURN_ESCROW =
      Operation.command("users.return-escrow", ReturnEscrow.class, EscrowBalance.class);

  /**
   * Makes credit that a site has spent on an order the reservation of that order, once per order.
   * Neither the user's free credit nor whether the account is active is looked at: both were when
   * it was granted. {@code escrow.overdrawn} for more than the site can hold, {@code
   * escrow.journal_freed} when an operator has taken it back, {@code key.reused} when the credit of
   * the order was decided on otherwise.
   */
  Operation<SettleEscrow, Reservation> SETTLE_ESCROW =
      Operation.command("users.settle-escrow", SettleEscrow.class, Reservation.class);

  /** Reads the journals of a site and what they hold, the newest first; for operators. */
  Operation<EscrowSite, EscrowJournals> ESCROW =
      Operation.query("users.escrow", EscrowSite.class, EscrowJournals.class);

  /**
   * Closes the journals of a site that is revoked: what it holds is locked until an operator
   * decides. Repeating it changes nothing.
   */
  Operation<EscrowSite, EscrowJournals> CLOSE_ESCROW =
      Operation.command("users.close-escrow", EscrowSite.class, EscrowJournals.class);

  /**
   * Decides what becomes of a closed journal. {@code escrow.journal_open} for one that is not
   * closed, {@code escrow.journal_freed} for one that is gone, {@code escrow.journal_other} to
   * reopen one beside another. Repeating it changes nothing, or goes on with what was not done yet.
   */
  Operation<DecideEscrow, DecidedEscrow> DECIDE_ESCROW =
      Operation.command("users.decide-escrow", DecideEscrow.class, DecidedEscrow.class);
}
