package io.weft.ledger;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Vertx;
import io.weft.mesh.MeshFailure;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Schemas and roles of services, on a real PostgreSQL. */
final class MigrationsTest {
  @Test
  void nodesThatStartAtOnceMigrateOnce() throws Exception {
    String uri = TestPostgres.freshDatabase();
    var threads = Executors.newFixedThreadPool(4);
    try {
      var starts = new ArrayList<Future<?>>();
      for (int node = 0; node < 4; node++) {
        starts.add(threads.submit(() -> Migrations.migrate(uri, "things")));
      }
      for (Future<?> start : starts) {
        start.get(60, TimeUnit.SECONDS);
      }
    } finally {
      threads.shutdownNow();
    }
    assertEquals(
        "1",
        TestPostgres.query(uri, "select count(*) from things.schema_history where version = '1'"));
    assertEquals("1", TestPostgres.query(uri, "select count(*) from things.cursor_key"));
  }

  /** Makes believe that a later release has run a script. */
  private static void ranLater(String uri, int rank, String version, String description) {
    TestPostgres.execute(
        uri,
        "insert into things.schema_history (installed_rank, version, description, type, script,"
            + " checksum, installed_by, execution_time, success) values (%d, '%s', '%s', 'SQL',"
                .formatted(rank, version, description)
            + " 'V.sql', 1, 'later', 1, true)");
  }

  @Test
  void whatThisBuildWouldRunIsToldBeforeAndAfter() {
    String uri = TestPostgres.freshDatabase();
    var before = Migrations.state(uri, "things");
    assertEquals("0.1 inbox and cursor key", before.pending().get(0));
    assertEquals("1 things", before.pending().get(before.pending().size() - 1));
    Migrations.migrate(uri, "things");
    assertEquals(
        new Migrations.State(List.of(), List.of(), List.of()), Migrations.state(uri, "things"));
  }

  @Test
  void aNodeStartsOnASchemaToWhichALaterReleaseHasAdded() {
    String uri = TestPostgres.freshDatabase();
    Migrations.migrate(uri, "things");
    ranLater(uri, 90, "0.9", "wider inbox");
    ranLater(uri, 91, "7", "colour");
    Migrations.migrate(uri, "things");
    var state = Migrations.state(uri, "things");
    assertEquals(List.of("0.9 wider inbox", "7 colour"), state.later());
    assertEquals(List.of(), state.refused());
  }

  @Test
  void aNodeRefusesASchemaFromWhichALaterReleaseHasTaken() {
    String uri = TestPostgres.freshDatabase();
    Migrations.migrate(uri, "things");
    ranLater(uri, 90, "0.9", "contract drop subject");
    var e = assertThrows(IllegalStateException.class, () -> Migrations.migrate(uri, "things"));
    assertEquals(
        "the schema of things is of a later release, which has run 0.9 contract drop subject"
            + " (expected: nothing that takes away what this release uses): start that release, or"
            + " restore the backup from before it",
        e.getMessage());
  }

  @Test
  void aSchemaThatHasEveryScriptIsKnownByOneQuery() throws Exception {
    String uri = TestPostgres.freshDatabase();
    var names = ServiceNames.of("things");
    var scripts = MigrationScripts.of("things");
    var vertx = Vertx.vertx();
    try {
      assertFalse(has(scripts, vertx, uri, names), "there is no schema yet");
      Migrations.migrate(uri, "things");
      assertTrue(has(scripts, vertx, uri, names), "Flyway's checksums are others than ours");
      TestPostgres.execute(
          uri, "update things.schema_history set checksum = checksum + 1 where version = '1'");
      assertFalse(has(scripts, vertx, uri, names), "a script was changed since it ran");
      TestPostgres.execute(uri, "delete from things.schema_history where version = '1'");
      assertFalse(has(scripts, vertx, uri, names), "a script has not run");
    } finally {
      vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }
  }

  private static boolean has(MigrationScripts scripts, Vertx vertx, String uri, ServiceNames names)
      throws Exception {
    return scripts
        .haveRun(vertx, uri, names)
        .toCompletionStage()
        .toCompletableFuture()
        .get(10, TimeUnit.SECONDS);
  }

  @Test
  void aRoleCannotTouchTheSchemaOfAnotherService() throws Exception {
    String uri = TestPostgres.freshDatabase();
    Migrations.migrate(uri, "things");
    Migrations.migrate(uri, "others");
    try (var connection = TestPostgres.connect(uri);
        var statement = connection.createStatement()) {
      statement.execute("set role weft_others");
      statement.execute("select * from others.inbox");
      var e =
          assertThrows(SQLException.class, () -> statement.execute("select * from things.inbox"));
      assertEquals("42501", e.getSQLState());
    }
  }

  @Test
  void aRoleMayLogInNowhereAndIsNoSuperuser() {
    String uri = TestPostgres.freshDatabase();
    Migrations.migrate(uri, "things");
    assertEquals(
        "f",
        TestPostgres.query(
            uri,
            "select rolcanlogin or rolsuper or rolcreaterole from pg_roles where rolname ="
                + " 'weft_things'"));
  }

  @Test
  void aUserWhoIsNoSuperuserMayMigrateAgainAndAgain() {
    String uri = TestPostgres.freshDatabase();
    String database = uri.substring(uri.lastIndexOf('/') + 1);
    String deployer = "deployer_" + database;
    TestPostgres.execute(uri, "create role " + deployer + " login createrole password 'secret'");
    try {
      TestPostgres.execute(uri, "grant create on database " + database + " to " + deployer);
      String asDeployer = uri.replaceAll("//[^@]+@", "//" + deployer + ":secret@");
      // A service of its own: the role of things was made by another user already.
      Migrations.migrate(asDeployer, database);
      Migrations.migrate(asDeployer, database);
      assertEquals(
          "1", TestPostgres.query(uri, "select count(*) from " + database + ".cursor_key"));
    } finally {
      TestPostgres.execute(uri, "drop owned by weft_" + database);
      TestPostgres.execute(uri, "drop role weft_" + database);
      TestPostgres.execute(uri, "drop owned by " + deployer);
      TestPostgres.execute(uri, "drop role " + deployer);
    }
  }

  @Test
  void aDatabaseThatIsNotThereIsSaidSoWithoutThePassword() {
    var e =
        assertThrows(
            MeshFailure.Rejected.class,
            () -> Migrations.migrate("postgresql://someone:secret@127.0.0.1:1/nothing", "things"));
    String message = String.valueOf(e.getMessage());
    assertTrue(message.startsWith("PostgreSQL at 127.0.0.1:1, database nothing: "), message);
    assertTrue(message.contains("(expected: "), message);
    assertFalse(message.contains("secret"), message);
  }

  @Test
  void aServiceWithANameThatSqlWouldMisreadIsRefused() {
    assertThrows(
        IllegalArgumentException.class,
        () -> Migrations.migrate("postgresql://a:b@127.0.0.1:1/c", "x\"; drop schema public"));
  }
}
