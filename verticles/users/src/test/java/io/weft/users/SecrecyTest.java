package io.weft.users;

import static io.weft.users.UsersNode.PASSWORD;
import static io.weft.users.UsersNode.PATIENT;
import static io.weft.users.UsersNode.await;
import static io.weft.users.UsersNode.failure;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.vertx.core.buffer.Buffer;
import io.weft.ledger.Command;
import io.weft.ledger.TestPostgres;
import io.weft.mesh.Operation;
import io.weft.mesh.security.Role;
import io.weft.mesh.wire.JsonCodec;
import io.weft.users.api.CheckApiKey;
import io.weft.users.api.CreateCredential;
import io.weft.users.api.CreateUser;
import io.weft.users.api.Secret;
import io.weft.users.api.SetPassword;
import io.weft.users.api.TokenRequest;
import io.weft.users.api.User;
import io.weft.users.api.Users;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** No secret is where it does not belong: in the database, in the log, in a failure, in a text. */
final class SecrecyTest {
  private static final String OTHER = "battery staple";

  @Test
  void noSecretIsKeptOrLogged() throws Exception {
    var logged = new ListAppender<ILoggingEvent>();
    var root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    var before = root.getLevel();
    logged.start();
    root.addAppender(logged);
    root.setLevel(Level.DEBUG);
    try (var node = new UsersNode()) {
      var secrets = doEverything(node);
      for (var secret : secrets) {
        assertFalse(contents(node.uri).contains(secret), secret + " in the database");
        assertFalse(
            contents(node.uri).contains(HexFormat.of().formatHex(secret.getBytes(UTF_8))),
            secret + " in bytes of the database");
        for (var line : List.copyOf(logged.list)) {
          assertFalse(line.getFormattedMessage().contains(secret), line.toString());
        }
      }
      // The search finds what is there: an address in a text, and in the bytes of an answer.
      String address = HexFormat.of().formatHex("ada@example.org".getBytes(UTF_8));
      assertTrue(contents(node.uri).contains("ada@example.org"));
      assertTrue(contents(node.uri).contains(address));
    } finally {
      root.detachAppender(logged);
      root.setLevel(before);
    }
  }

  /** A fast hash of a password that is kept anywhere is as good as the password. */
  @Test
  void noFastHashOfAPasswordIsKept() throws Exception {
    try (var node = new UsersNode()) {
      var ada = new CreateUser("ada@example.org", "A", "EUR", 0L, new Secret(PASSWORD));
      await(node.mesh.call(Users.CREATE, ada, PATIENT.withKey("once")));
      var fast = Command.of("users.create", "once", ada).fingerprint();
      assertEquals("1", node.query("select count(*) from users.inbox where key = 'once'"));
      assertFalse(contents(node.uri).contains(HexFormat.of().formatHex(fast.getBytes())));
    }
  }

  @Test
  void aCommandWithAPasswordIsToldFromAnotherByThePassword() throws Exception {
    try (var node = new UsersNode()) {
      var options = PATIENT.withKey("once");
      var ada = new CreateUser("ada@example.org", "A", "EUR", 0L, new Secret(PASSWORD));
      User first = await(node.mesh.call(Users.CREATE, ada, options));
      assertEquals(first, await(node.mesh.call(Users.CREATE, ada, options)));
      var other = node.mesh.call(Users.CREATE, ada.with(new Secret(OTHER)), options);
      assertEquals("key.reused", UsersNode.refusal(other).code());
    }
  }

  @Test
  void whatHoldsASecretDoesNotPrintIt() {
    var secret = new Secret(PASSWORD);
    var all =
        List.of(
            new CreateUser("a@example.org", "A", "EUR", 0L, secret),
            new SetPassword("id", secret, secret),
            TokenRequest.ofAccount("a@example.org", PASSWORD),
            new CheckApiKey(secret),
            PasswordHash.of(PASSWORD, PasswordHash.COST));
    for (var holder : all) {
      assertFalse(holder.toString().contains(PASSWORD), holder.toString());
    }
    assertEquals("(secret)", secret.toString());
    assertEquals("\"" + PASSWORD + "\"", JsonCodec.encode(secret).toString());
  }

  @Test
  void aBodyThatCannotBeReadIsNotQuoted() throws Exception {
    try (var node = new UsersNode()) {
      for (var value : List.of("42424242", "[\"42424242\"]", "{\"a\":\"42424242\"}")) {
        var body = Buffer.buffer("{\"grantType\":\"password\",\"password\":" + value + "}");
        var failure =
            failure(node.mesh.exchange("users.token", Operation.Kind.COMMAND, body, PATIENT));
        assertFalse(String.valueOf(failure).contains("42424242"), String.valueOf(failure));
      }
    }
  }

  /** Does what has to do with secrets, well and badly, and returns all that were in it. */
  private static List<String> doEverything(UsersNode node) throws Exception {
    User ada = node.user("ada@example.org");
    var secrets = new ArrayList<>(List.of(PASSWORD, OTHER, "wrong horse"));
    secrets.add(await(node.login(ada.email(), PASSWORD)).accessToken().reveal());
    failure(node.login(ada.email(), "wrong horse"));
    failure(node.login("nobody@example.org", "wrong horse"));
    var owner = PATIENT.withPrincipal(Role.CUSTOMER.principal(ada.id()));
    var set = new SetPassword(ada.id(), new Secret(OTHER), new Secret(PASSWORD));
    await(node.mesh.call(Users.SET_PASSWORD, set, owner));
    failure(node.mesh.call(Users.SET_PASSWORD, set, owner));
    for (var operation : List.of(Users.CREATE_CLIENT, Users.CREATE_API_KEY)) {
      var request = new CreateCredential("a machine", List.of("orders:read"), null, null);
      var options = PATIENT.withKey("once");
      var made = await(node.mesh.call(operation, request, options));
      await(node.mesh.call(operation, request, options));
      String secret = requireNonNull(made.secret()).reveal();
      secrets.add(secret);
      secrets.add(secret.substring(secret.length() - 43));
      if (operation.equals(Users.CREATE_CLIENT)) {
        await(node.call(Users.TOKEN, TokenRequest.ofClient(made.id(), new Secret(secret))));
      } else {
        await(node.call(Users.API_KEY, new CheckApiKey(new Secret(secret))));
      }
      failure(node.call(Users.API_KEY, new CheckApiKey(new Secret("wrong horse"))));
      failure(node.call(Users.TOKEN, TokenRequest.ofClient(made.id(), new Secret(OTHER))));
    }
    return secrets;
  }

  /** Returns every row of every table of the service, as text. */
  private static String contents(String uri) {
    return TestPostgres.query(
            uri,
            """
        select string_agg(query_to_xml(format('select t::text from users.%I t', table_name),
          true, false, '')::text, ' ')
        from information_schema.tables where table_schema = 'users'
        """)
        .replace("&quot;", "\"");
  }
}
