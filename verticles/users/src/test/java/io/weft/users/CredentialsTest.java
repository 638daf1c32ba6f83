package io.weft.users;

import static io.weft.users.UsersNode.await;
import static io.weft.users.UsersNode.refusal;
import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Future;
import io.weft.mesh.Operation;
import io.weft.mesh.security.Principal;
import io.weft.mesh.wire.JsonCodec;
import io.weft.users.api.CheckApiKey;
import io.weft.users.api.CreateCredential;
import io.weft.users.api.Credential;
import io.weft.users.api.CredentialId;
import io.weft.users.api.DeactivateUser;
import io.weft.users.api.KeyHolder;
import io.weft.users.api.ListCredentials;
import io.weft.users.api.Secret;
import io.weft.users.api.Token;
import io.weft.users.api.TokenRequest;
import io.weft.users.api.User;
import io.weft.users.api.Users;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The credentials of machines: made, shown once, used, revoked. */
final class CredentialsTest {
  private static @Nullable UsersNode started;

  @BeforeAll
  static void start() throws Exception {
    started = new UsersNode();
  }

  @AfterAll
  static void stop() throws Exception {
    node().close();
  }

  @BeforeEach
  void empty() {
    node().empty();
  }

  @Test
  void aClientGetsATokenForTheScopesThatItHasAndAsksFor() throws Exception {
    Credential billing = client("orders:read", "users:read");
    Token token = await(login(billing.id(), secret(billing), null));
    assertEquals("orders:read users:read", token.scope());
    assertEquals(
        new Principal("client:" + billing.id(), Set.of(), Set.of("orders:read", "users:read")),
        node().principal(token));
    assertEquals("users:read", await(login(billing.id(), secret(billing), "users:read")).scope());
    assertEquals(
        "token.invalid_scope", refusal(login(billing.id(), secret(billing), "operate")).code());
  }

  @Test
  void whateverIsWrongWithAClientTheAnswerIsTheSame() throws Exception {
    Credential good = client("orders:read");
    Credential revoked = client("orders:read");
    await(node().call(Users.REVOKE_CLIENT, new CredentialId(revoked.id())));
    Credential expired = client("orders:read");
    node()
        .execute(
            "update users.credentials set expires_at = now() where id = '" + expired.id() + "'");
    Credential key = key(null, null, "orders:read");

    var all =
        List.of(
            login(good.id(), new Secret("x"), null),
            login(good.id(), secret(revoked), null),
            login(UUID.randomUUID().toString(), secret(good), null),
            login("'; drop table users", secret(good), null),
            login(revoked.id(), secret(revoked), null),
            login(expired.id(), secret(expired), null),
            login(key.id(), new Secret(secret(key).reveal().substring(36)), null));
    var first = refusal(all.get(0));
    for (var login : all) {
      assertEquals("token.invalid_grant", refusal(login).code());
      assertEquals(first.getMessage(), refusal(login).getMessage());
    }
  }

  @Test
  void aTokenDoesNotOutliveTheCredentialThatItIsFor() throws Exception {
    Credential client = client("orders:read");
    node().execute("update users.credentials set expires_at = now() + interval '10 minutes'");
    long seconds = await(login(client.id(), secret(client), null)).expiresIn();
    assertTrue(seconds > 0 && seconds <= 600, seconds + " s");
  }

  @Test
  void aSecretIsShownOnceAndIsInNoRepetitionOfTheAnswer() throws Exception {
    var request = new CreateCredential("billing", List.of("orders:read"), null, null);
    for (var operation : List.of(Users.CREATE_CLIENT, Users.CREATE_API_KEY)) {
      var options = UsersNode.PATIENT.withKey("once");
      var body = JsonCodec.encode(request);
      String name = operation.name();
      var first = await(node().mesh.exchange(name, Operation.Kind.COMMAND, body, options));
      var again = await(node().mesh.exchange(name, Operation.Kind.COMMAND, body, options));
      Credential made = JsonCodec.decode(first.body(), Credential.class);
      Credential told = JsonCodec.decode(again.body(), Credential.class);
      assertTrue(again.replayed());
      assertNotNull(made.secret());
      assertNull(told.secret());
      assertEquals(made.id(), told.id());
    }
    assertEquals("2", node().query("select count(*) from users.credentials"));
  }

  @Test
  void ofTwoRequestsWithOneKeyAtOnceOneIsShownTheSecret() throws Exception {
    var request = new CreateCredential("billing", List.of("orders:read"), null, null);
    var options = UsersNode.PATIENT.withKey("at once");
    var one = node().mesh.call(Users.CREATE_CLIENT, request, options);
    var two = node().mesh.call(Users.CREATE_CLIENT, request, options);
    await(Future.all(one, two));
    assertEquals(one.result().id(), two.result().id());
    assertNotEquals(one.result().secret() == null, two.result().secret() == null);
  }

  @Test
  void anApiKeyTellsWhoAsks() throws Exception {
    Credential nobodys = key(null, null, "orders:read");
    KeyHolder holder = await(check(secret(nobodys)));
    assertEquals("key:" + nobodys.id(), holder.subject());
    assertEquals(List.of("device"), holder.roles());
    assertEquals(List.of("orders:read"), holder.scopes());
    assertNull(holder.expiresAt());

    User ada = node().user("ada@example.org");
    var until = Instant.parse("2999-01-01T00:00:00Z");
    holder = await(check(secret(key(ada.id(), until, "orders:write"))));
    assertEquals(ada.id(), holder.subject());
    assertEquals(until, holder.expiresAt());
  }

  @Test
  void anApiKeyThatIsNotGoodIsRefusedWhateverTheReason() throws Exception {
    User ada = node().user("ada@example.org");
    Credential good = key(ada.id(), null, "orders:read");
    String text = secret(good).reveal();
    Credential other = key(null, null, "orders:read");
    String otherText = secret(other).reveal();
    var wrong =
        List.of(
            "",
            "wk_",
            text + "x",
            text.substring(0, text.length() - 1),
            text.toUpperCase(java.util.Locale.ROOT),
            text.substring(0, 36) + otherText.substring(36),
            "wk_" + "0".repeat(32) + text.substring(35),
            "wk_" + "f".repeat(32) + "_" + "\u0000".repeat(43),
            "x".repeat(1_000_000));
    for (var key : wrong) {
      assertEquals("api_key.invalid", refusal(check(new Secret(key))).code());
    }
    Credential client = client("orders:read");
    String id = client.id().replace("-", "");
    assertEquals(
        "api_key.invalid",
        refusal(check(new Secret("wk_" + id + "_" + secret(client).reveal()))).code());
    await(check(secret(good)));
  }

  @Test
  void aKeyIsDeadOnceItIsRevokedOrExpiredOrItsOwnerInactive() throws Exception {
    User ada = node().user("ada@example.org");
    Credential revoked = key(ada.id(), null, "orders:read");
    Credential expired = key(ada.id(), null, "orders:read");
    Credential orphan = key(ada.id(), null, "orders:read");
    var first = await(node().call(Users.REVOKE_API_KEY, new CredentialId(revoked.id())));
    var again = await(node().call(Users.REVOKE_API_KEY, new CredentialId(revoked.id())));
    assertNotNull(first.revokedAt());
    assertEquals(first, again);
    node()
        .execute(
            "update users.credentials set expires_at = now() where id = '" + expired.id() + "'");
    await(check(secret(orphan)));
    await(node().call(Users.DEACTIVATE, new DeactivateUser(ada.id(), null)));
    for (var key : List.of(revoked, expired, orphan)) {
      assertEquals("api_key.invalid", refusal(check(secret(key))).code());
    }
  }

  @Test
  void oneKindIsNotRevokedAsTheOther() throws Exception {
    Credential client = client("orders:read");
    Credential key = key(null, null, "orders:read");
    assertEquals(
        "api_key.not_found",
        refusal(node().call(Users.REVOKE_API_KEY, new CredentialId(client.id()))).code());
    assertEquals(
        "client.not_found",
        refusal(node().call(Users.REVOKE_CLIENT, new CredentialId(key.id()))).code());
    assertEquals(
        "client.not_found",
        refusal(node().call(Users.REVOKE_CLIENT, new CredentialId("none"))).code());
  }

  @Test
  void badFieldsAreNamed() {
    var scopes = List.of("orders:read");
    assertPointer("/name", new CreateCredential(" ", scopes, null, null));
    assertPointer("/scopes", new CreateCredential("a", null, null, null));
    assertPointer("/scopes", new CreateCredential("a", List.of(), null, null));
    assertPointer("/scopes", new CreateCredential("a", List.of("everything"), null, null));
    // A device is no operator, whoever makes its key.
    assertPointer("/scopes", new CreateCredential("a", List.of("operate"), null, null));
    assertPointer("/expiresAt", new CreateCredential("a", scopes, null, Instant.EPOCH));
    var ofNobody = new CreateCredential("a", scopes, UUID.randomUUID().toString(), null);
    assertEquals("user.not_found", node().refusal(Users.CREATE_API_KEY, ofNobody).code());
    assertEquals("/userId", node().refusal(Users.CREATE_CLIENT, ofNobody).pointer());
    assertEquals("0", node().query("select count(*) from users.credentials"));
  }

  @Test
  void pagesHoldEveryCredentialOfTheKindOnceAndNoSecret() throws Exception {
    var made = new ArrayList<String>();
    for (int i = 0; i < 5; i++) {
      made.add(client("orders:read").id());
      key(null, null, "orders:read");
    }
    var seen = new ArrayList<String>();
    @Nullable String cursor = null;
    do {
      var page = await(node().call(Users.CLIENTS, new ListCredentials(2, cursor)));
      for (var item : page.items()) {
        assertNull(item.secret());
        seen.add(item.id());
      }
      cursor = page.next();
    } while (cursor != null);
    assertEquals(made, seen);
    var keys = await(node().call(Users.API_KEYS, new ListCredentials(2, null)));
    assertEquals(
        "cursor.invalid",
        refusal(node().call(Users.CLIENTS, new ListCredentials(2, keys.next()))).code());
  }

  private static UsersNode node() {
    return requireNonNull(started);
  }

  private static Credential client(String... scopes) throws Exception {
    var request = new CreateCredential("billing", List.of(scopes), null, null);
    return await(node().call(Users.CREATE_CLIENT, request));
  }

  private static Credential key(@Nullable String user, @Nullable Instant until, String... scopes)
      throws Exception {
    var request = new CreateCredential("till 7", List.of(scopes), user, until);
    return await(node().call(Users.CREATE_API_KEY, request));
  }

  private static Secret secret(Credential credential) {
    return requireNonNull(credential.secret());
  }

  private static Future<KeyHolder> check(Secret key) {
    return node().call(Users.API_KEY, new CheckApiKey(key));
  }

  private static Future<Token> login(String id, Secret secret, @Nullable String scope) {
    return node()
        .call(Users.TOKEN, new TokenRequest("client_credentials", null, null, id, secret, scope));
  }

  private static void assertPointer(String pointer, CreateCredential request) {
    var refused = node().refusal(Users.CREATE_API_KEY, request);
    assertEquals("user.invalid", refused.code());
    assertEquals(pointer, refused.pointer());
  }
}
