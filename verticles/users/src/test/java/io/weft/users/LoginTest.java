package io.weft.users;

import static io.weft.users.UsersNode.PASSWORD;
import static io.weft.users.UsersNode.await;
import static io.weft.users.UsersNode.failure;
import static io.weft.users.UsersNode.refusal;
import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Future;
import io.weft.mesh.MeshFailure;
import io.weft.mesh.security.Role;
import io.weft.users.api.CreateUser;
import io.weft.users.api.DeactivateUser;
import io.weft.users.api.GrantRoles;
import io.weft.users.api.Secret;
import io.weft.users.api.Token;
import io.weft.users.api.TokenRequest;
import io.weft.users.api.User;
import io.weft.users.api.Users;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Logging in with a password: who gets a token, and how guessing is slowed down. */
final class LoginTest {
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
  void aRightPasswordGetsATokenForWhatACustomerMayDo() throws Exception {
    User ada = node().user("ada@example.org");
    Token token = await(node().login("ada@example.org", PASSWORD));
    assertEquals("Bearer", token.tokenType());
    assertEquals(3_600, token.expiresIn());
    assertEquals("orders:read orders:write users:read users:write", token.scope());
    assertEquals(Role.CUSTOMER.principal(ada.id()), node().principal(token));
  }

  @Test
  void anAddressIsTheSameInAnyCaseAndAPasswordFromAnyKeyboard() throws Exception {
    var composed = new Secret("pass\u00e9-partout");
    await(call(new CreateUser("Ada@Example.org", "A", "EUR", 0L, composed)));
    assertTrue(await(node().login("aDA@eXAMPLE.ORG", "passe\u0301-partout")).expiresIn() > 0);
    assertInvalid(node().login("ada@example.org", "Passe\u0301-partout"));
  }

  @Test
  void whateverIsWrongTheAnswerIsTheSame() throws Exception {
    User ada = node().user("ada@example.org");
    await(call(new CreateUser("bob@example.org", "Bob", "EUR", 0L)));
    User eve = node().user("eve@example.org");
    await(node().call(Users.DEACTIVATE, new DeactivateUser(eve.id(), null)));

    var wrong = refusal(node().login(ada.email(), "wrong horse"));
    var all =
        List.of(
            refusal(node().login("nobody@example.org", PASSWORD)),
            refusal(node().login("bob@example.org", PASSWORD)),
            refusal(node().login("eve@example.org", PASSWORD)),
            refusal(node().login("ada@example.org", "")));

    for (var other : all) {
      assertEquals("token.invalid_grant", other.code());
      assertEquals(wrong.getMessage(), other.getMessage());
      assertNull(other.pointer());
    }
  }

  @Test
  void anOperatorGetsAllScopesAndAnybodyFewerWhenTheyLike() throws Exception {
    User ada = node().user("ada@example.org");
    var both = List.of("operator", "customer");
    assertEquals(
        List.of("customer", "operator"),
        await(node().call(Users.GRANT, new GrantRoles(ada.id(), both))).roles());
    assertTrue(await(node().login(ada.email(), PASSWORD)).scope().contains("operate"));

    assertEquals("orders:read users:read", await(scoped(" users:read  orders:read")).scope());
    assertEquals("token.invalid_scope", refusal(scoped("users:read everything")).code());
    assertEquals("token.invalid_scope", refusal(scoped("")).code());
  }

  @Test
  void rolesThatThereAreNotAreRefused() throws Exception {
    User ada = node().user("ada@example.org");
    for (var roles : List.of(List.<String>of(), List.of("device"), List.of("customer", "root"))) {
      assertEquals(
          "/roles", refusal(node().call(Users.GRANT, new GrantRoles(ada.id(), roles))).pointer());
    }
    var nobody = new GrantRoles("00000000-0000-4000-8000-000000000000", List.of("customer"));
    assertEquals("user.not_found", refusal(node().call(Users.GRANT, nobody)).code());
  }

  @Test
  void afterFiveFailuresEvenTheRightPasswordHasToWait() throws Exception {
    node().user("ada@example.org");
    fail("ada@example.org", 5);
    node().stretch(5);
    var refused = refusal(node().login("Ada@example.org", PASSWORD));
    assertEquals("token.too_many_tries", refused.code());
    var told = requireNonNull(refused.retryAfter());
    assertTrue(told.compareTo(Duration.ofMinutes(10)) <= 0 && !told.isZero(), told.toString());

    node().waited();
    await(node().login("ada@example.org", PASSWORD));
    assertEquals("0", node().query("select count(*) from users.guesses"));
  }

  @Test
  void eachFailureDoublesTheWaitUpToTheLongest() throws Exception {
    long[] seconds = {0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900};
    for (long expected : seconds) {
      double before = epoch("now()");
      fail("ada@example.org", 1);
      double due = epoch("max(next_at) from users.guesses");
      double after = epoch("now()");
      assertTrue(before + expected <= due, due - before + " (expected: " + expected + ")");
      assertTrue(due <= after + expected, due - after + " (expected: " + expected + ")");
      node().waited();
    }
  }

  private static double epoch(String expression) {
    int from = expression.indexOf(" from ");
    String at = from < 0 ? expression : expression.substring(0, from);
    String rest = from < 0 ? "" : expression.substring(from);
    return Double.parseDouble(node().query("select extract(epoch from " + at + ")" + rest));
  }

  @Test
  void whoIsRefusedUnseenDoesNotWaitLonger() throws Exception {
    node().user("ada@example.org");
    fail("ada@example.org", 5);
    node().stretch(5);
    String before = node().query("select next_at from users.guesses");
    for (int i = 0; i < 10; i++) {
      refusal(node().login("ada@example.org", PASSWORD, "192.0.2." + i));
    }
    assertEquals(before, node().query("select next_at from users.guesses"));
  }

  @Test
  void nobodyLearnsByWaitsWhetherThereIsAnAccount() {
    fail("nobody@example.org", 5);
    node().stretch(5);
    assertEquals(
        "token.too_many_tries", refusal(node().login("nobody@example.org", PASSWORD)).code());
  }

  @Test
  void ofThirtyGuessesAtOnceOneIsLookedAt() throws Exception {
    node().user("ada@example.org");
    fail("ada@example.org", 1);
    node().execute("update users.guesses set failures = 14"); // Then the next wait is a long one.
    var all = new ArrayList<Future<Token>>();
    for (int i = 0; i < 30; i++) {
      all.add(node().login("ada@example.org", "wrong horse " + i, "192.0.2." + i));
    }
    var codes = all.stream().map(guess -> refusal(guess).code()).toList();
    assertEquals(1, codes.stream().filter("token.invalid_grant"::equals).count());
    assertEquals(29, codes.stream().filter("token.too_many_tries"::equals).count());
    assertEquals("2", node().query("select count(*) from users.guesses"));
  }

  @Test
  void rightLoginsAtOnceAllSucceedAndLeaveNothing() throws Exception {
    User ada = node().user("ada@example.org");
    node().user("bob@example.org");
    var all = new ArrayList<Future<Token>>();
    for (int i = 0; i < 4; i++) {
      all.add(node().login(ada.email(), PASSWORD, "192.0.2.1"));
      all.add(node().login("bob@example.org", PASSWORD, "192.0.2.1"));
    }
    await(Future.all(all));
    assertEquals("0", node().query("select count(*) from users.guesses"));
  }

  @Test
  void guessingFromManyAddressesIsGuessing() throws Exception {
    node().user("ada@example.org");
    for (int i = 0; i < 5; i++) {
      assertInvalid(node().login("ada@example.org", "wrong", "2001:db8:" + i + "::1"));
    }
    node().stretch(5);
    assertEquals(
        "token.too_many_tries",
        refusal(node().login("ada@example.org", PASSWORD, "2001:db8:77::1")).code());
  }

  @Test
  void guessingAtManyAccountsFromOneAddressIsGuessing() throws Exception {
    node().user("ada@example.org");
    for (int i = 0; i < UsersLimits.ADDRESS_FAILURES_FREE; i++) {
      assertInvalid(node().login("nobody" + i + "@example.org", "wrong", "2001:db8:1:1::" + i));
    }
    node().stretch(UsersLimits.ADDRESS_FAILURES_FREE);
    assertEquals(
        "token.too_many_tries",
        refusal(node().login("ada@example.org", PASSWORD, "2001:db8:1:1:ff::1")).code());
    await(node().login("ada@example.org", PASSWORD, "2001:db8:1:2::1"));
  }

  @Test
  void anAccountOfOnesOwnDoesNotMakeGuessingCheaper() throws Exception {
    node().user("eve@example.org");
    for (int i = 0; i < UsersLimits.ADDRESS_FAILURES_FREE - 1; i++) {
      assertInvalid(node().login("nobody" + i + "@example.org", "wrong", "192.0.2.1"));
    }
    await(node().login("eve@example.org", PASSWORD, "192.0.2.1"));
    assertInvalid(node().login("ada@example.org", "wrong", "192.0.2.1"));
    assertEquals(
        "" + UsersLimits.ADDRESS_FAILURES_FREE,
        node().query("select max(failures) from users.guesses"));
  }

  @Test
  void aClockThatIsSetBackKeepsNobodyOut() throws Exception {
    node().user("ada@example.org");
    fail("ada@example.org", 5);
    node().execute("update users.guesses set next_at = now() + interval '1 day'");
    await(node().login("ada@example.org", PASSWORD));
  }

  @Test
  void failuresAreForgottenByAge() throws Exception {
    node().user("ada@example.org");
    fail("ada@example.org", 5);
    node().execute("update users.guesses set next_at = now() - interval '25 hours'");
    fail("ada@example.org", 4);
    await(node().login("ada@example.org", PASSWORD));
  }

  @Test
  void aHashOfAnOlderCostIsRenewedByALogin() throws Exception {
    User ada = node().user("ada@example.org");
    String old = PasswordHash.of(PASSWORD, new PasswordHash.Cost(64, 1)).text();
    node().execute("update users.users set password = '" + old + "'");
    assertInvalid(node().login(ada.email(), "wrong horse"));
    assertEquals(old, node().query("select password from users.users"));

    await(Future.all(node().login(ada.email(), PASSWORD), node().login(ada.email(), PASSWORD)));

    String renewed = node().query("select password from users.users");
    assertNotEquals(old, renewed);
    assertFalse(PasswordHash.stored(renewed).outdated());
    await(node().login(ada.email(), PASSWORD));
    assertEquals(renewed, node().query("select password from users.users"));
  }

  @Test
  void aStoredHashThatIsBrokenLetsNobodyInAndCountsAsNoTry() throws Exception {
    node().user("ada@example.org");
    node().execute("update users.users set password = 'plain'");
    var failure = failure(node().login("ada@example.org", "plain"));
    assertInstanceOf(MeshFailure.class, failure);
    assertFalse(String.valueOf(failure.getMessage()).contains("plain"));
    assertEquals("0", node().query("select count(*) from users.guesses"));
  }

  @Test
  void rubbishIsNamedAndCountsAsNoTry() {
    assertPointer("/grantType", request(null, "ada@example.org", "x"));
    assertPointer("/grantType", request("implicit", "ada@example.org", "x"));
    assertPointer("/email", request("password", null, "x"));
    assertPointer("/email", request("password", "a\u0000@b", "x"));
    assertPointer("/email", request("password", "a@" + "b".repeat(1_000), "x"));
    assertPointer("/password", request("password", "ada@example.org", null));
    assertPointer("/password", request("password", "ada@example.org", "x".repeat(129)));
    assertPointer("/password", request("password", "ada@example.org", "x".repeat(1_000_000)));
    assertPointer("/password", request("password", "ada@example.org", "half \ud800 of it"));
    assertPointer("/clientId", request("client_credentials", "ada@example.org", "x"));
    assertEquals("0", node().query("select count(*) from users.guesses"));
  }

  @Test
  void aPasswordHasEightCharactersOfAnyKind() throws Exception {
    for (var wrong : List.of("", "1234567", "x".repeat(129), "half \ud800 of it")) {
      var request = new CreateUser("a@example.org", "A", "EUR", 0L, new Secret(wrong));
      assertEquals("/password", refusal(call(request)).pointer());
    }
    int n = 0;
    for (var right : List.of("12345678", "x".repeat(128), "        ", "\ud83d\udc34".repeat(8))) {
      String email = "user" + n++ + "@example.org";
      await(call(new CreateUser(email, "A", "EUR", 0L, new Secret(right))));
      await(node().login(email, right));
    }
  }

  @Test
  void oldFailuresAreRemovedAndNotMoreAreKeptThanMayBe() throws Exception {
    node()
        .execute(
            """
            insert into users.guesses select sha256(n::text::bytea), 1,
              now() - n * interval '1 hour' from generate_series(1, 30) n
            """);
    var forgotten = await(node().forget(10));
    assertEquals(6 + 14, forgotten);
    assertEquals("10", node().query("select count(*) from users.guesses"));
    assertEquals(
        "t", node().query("select min(next_at) > now() - interval '11 hours' from users.guesses"));
  }

  private static UsersNode node() {
    return requireNonNull(started);
  }

  private static Future<User> call(CreateUser request) {
    return node().call(Users.CREATE, request);
  }

  private static Future<Token> scoped(String scope) {
    return node()
        .call(
            Users.TOKEN,
            new TokenRequest(
                "password", "ada@example.org", new Secret(PASSWORD), null, null, scope));
  }

  private static TokenRequest request(
      @Nullable String grant, @Nullable String email, @Nullable String password) {
    return new TokenRequest(
        grant, email, password == null ? null : new Secret(password), null, null, null);
  }

  private static void assertPointer(String pointer, TokenRequest request) {
    var refused = node().refusal(Users.TOKEN, request);
    assertEquals("user.invalid", refused.code());
    assertEquals(pointer, refused.pointer());
  }

  private static void fail(String email, int times) {
    for (int i = 0; i < times; i++) {
      assertInvalid(node().login(email, "wrong horse"));
    }
  }

  private static void assertInvalid(Future<Token> login) {
    assertEquals("token.invalid_grant", refusal(login).code());
  }
}
