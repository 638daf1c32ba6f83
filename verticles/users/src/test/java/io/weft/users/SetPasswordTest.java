package io.weft.users;

import static io.weft.users.UsersNode.PASSWORD;
import static io.weft.users.UsersNode.PATIENT;
import static io.weft.users.UsersNode.await;
import static io.weft.users.UsersNode.refusal;
import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.vertx.core.Future;
import io.weft.mesh.CallOptions;
import io.weft.mesh.security.Principal;
import io.weft.mesh.security.Role;
import io.weft.users.api.CreateUser;
import io.weft.users.api.DeactivateUser;
import io.weft.users.api.PasswordSet;
import io.weft.users.api.Secret;
import io.weft.users.api.SetPassword;
import io.weft.users.api.TokenRequest;
import io.weft.users.api.User;
import io.weft.users.api.Users;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Giving an account another password, by its owner and by an operator. */
final class SetPasswordTest {
  private static final String OTHER = "battery staple";
  private static final Principal OPERATOR = Role.OPERATOR.principal("somebody");

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
  void anOwnerNeedsThePresentPassword() throws Exception {
    User ada = node().user("ada@example.org");
    assertWrong(set(ada, OTHER, "wrong horse", by(ada)));
    assertEquals("user.invalid", refusal(set(ada, OTHER, null, by(ada))).code());
    await(node().login(ada.email(), PASSWORD));

    assertEquals(ada.id(), await(set(ada, OTHER, PASSWORD, by(ada))).id());
    await(node().login(ada.email(), OTHER));
    assertEquals("token.invalid_grant", refusal(node().login(ada.email(), PASSWORD)).code());
  }

  @Test
  void nobodyAndAMachineNeedThePresentPasswordToo() throws Exception {
    User ada = node().user("ada@example.org");
    assertEquals("/currentPassword", refusal(set(ada, OTHER, null, PATIENT)).pointer());
    assertEquals(
        "/currentPassword",
        refusal(set(ada, OTHER, null, by(Role.DEVICE.principal(ada.id())))).pointer());
  }

  @Test
  void anOperatorNeedsNotEvenWhereThereIsNone() throws Exception {
    var request = new CreateUser("bob@example.org", "Bob", "EUR", 0L);
    User bob = await(node().call(Users.CREATE, request));
    assertWrong(set(bob, OTHER, "anything", by(bob)));
    await(set(bob, OTHER, null, by(OPERATOR)));
    await(node().login(bob.email(), OTHER));
  }

  @Test
  void anInactiveAccountGetsNoPassword() throws Exception {
    User ada = node().user("ada@example.org");
    await(node().call(Users.DEACTIVATE, new DeactivateUser(ada.id(), null)));
    assertEquals("user.inactive", refusal(set(ada, OTHER, PASSWORD, by(ada))).code());
    assertEquals("user.inactive", refusal(set(ada, OTHER, null, by(OPERATOR))).code());
  }

  @Test
  void aRepetitionHasTheSameAnswerThoughThePasswordIsNotThePresentOneAnyMore() throws Exception {
    User ada = node().user("ada@example.org");
    var once = by(ada).withKey("once");
    PasswordSet first = await(set(ada, OTHER, PASSWORD, once));
    assertEquals(first, await(set(ada, OTHER, PASSWORD, once)));
    assertEquals("key.reused", refusal(set(ada, "another one", PASSWORD, once)).code());
    await(node().login(ada.email(), OTHER));
  }

  @Test
  void aKeyIsTheAccountsOwn() throws Exception {
    User ada = node().user("ada@example.org");
    User bob = node().user("bob@example.org");
    await(set(ada, OTHER, PASSWORD, by(ada).withKey("once")));
    await(set(bob, "another one", PASSWORD, by(bob).withKey("once")));
    await(node().login(bob.email(), "another one"));
  }

  @Test
  void ofTwoChangesAtOnceOneIsDone() throws Exception {
    User ada = node().user("ada@example.org");
    var one = set(ada, "the first one", PASSWORD, by(ada));
    var two = set(ada, "the second one", PASSWORD, by(ada));
    await(Future.join(one, two).otherwiseEmpty());
    assertNotEquals(one.succeeded(), two.succeeded());
    await(node().login(ada.email(), one.succeeded() ? "the first one" : "the second one"));
  }

  @Test
  void guessingThePresentPasswordWithAStolenTokenIsSlowedDown() throws Exception {
    User ada = node().user("ada@example.org");
    for (int i = 0; i < UsersLimits.ACCOUNT_FAILURES_FREE; i++) {
      assertWrong(set(ada, OTHER, "wrong horse", by(ada)));
    }
    node().stretch(UsersLimits.ACCOUNT_FAILURES_FREE);
    assertEquals("token.too_many_tries", refusal(set(ada, OTHER, PASSWORD, by(ada))).code());
    // Without the token nothing was tried, and it keeps nobody from logging in.
    await(node().login(ada.email(), PASSWORD));
  }

  @Test
  void nobodyLocksOutAnOwnerWhoHasAToken() throws Exception {
    User ada = node().user("ada@example.org");
    for (int i = 0; i < UsersLimits.ACCOUNT_FAILURES_FREE; i++) {
      refusal(node().login(ada.email(), "wrong horse"));
    }
    node().stretch(UsersLimits.ACCOUNT_FAILURES_FREE);
    assertEquals("token.too_many_tries", refusal(node().login(ada.email(), PASSWORD)).code());

    await(set(ada, OTHER, PASSWORD, by(ada)));
    var login = TokenRequest.ofAccount(ada.email(), OTHER);
    await(node().mesh.call(Users.TOKEN, login, by(ada)));
  }

  @Test
  void aPasswordThatIsNoneIsNamed() throws Exception {
    User ada = node().user("ada@example.org");
    assertEquals("/password", refusal(set(ada, "short", PASSWORD, by(ada))).pointer());
    assertEquals("/password", refusal(set(ada, null, PASSWORD, by(ada))).pointer());
    String tooLong = "x".repeat(129);
    assertEquals("/currentPassword", refusal(set(ada, OTHER, tooLong, by(ada))).pointer());
    var nobody = new SetPassword("none", new Secret(OTHER), new Secret(PASSWORD));
    assertEquals("user.not_found", node().refusal(Users.SET_PASSWORD, nobody).code());
  }

  private static UsersNode node() {
    return requireNonNull(started);
  }

  private static CallOptions by(User user) {
    return by(Role.CUSTOMER.principal(user.id()));
  }

  private static CallOptions by(Principal who) {
    return PATIENT.withPrincipal(who);
  }

  private static Future<PasswordSet> set(
      User user, @Nullable String password, @Nullable String present, CallOptions options) {
    var request = new SetPassword(user.id(), secret(password), secret(present));
    return node().mesh.call(Users.SET_PASSWORD, request, options);
  }

  private static @Nullable Secret secret(@Nullable String text) {
    return text == null ? null : new Secret(text);
  }

  private static void assertWrong(Future<PasswordSet> set) {
    assertEquals("password.wrong", refusal(set).code());
  }
}
