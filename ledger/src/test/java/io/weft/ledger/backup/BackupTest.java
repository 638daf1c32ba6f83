package io.weft.ledger.backup;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.weft.ledger.Migrations;
import io.weft.ledger.TestPostgres;
import io.weft.mesh.time.WallClock;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Backups of a real PostgreSQL, and what is restored from them. */
final class BackupTest {
  private static final String SERVICE = "things";
  private static final String AT = "2026-01-01T00:00:00Z";

  @TempDir Path folder;
  private String source = "";
  private Path file = Path.of("");

  @BeforeEach
  void someDataThatIsEasilyMisread() {
    source = TestPostgres.freshDatabase();
    file = folder.resolve("weft.backup");
    Migrations.migrateForRestore(source, SERVICE, "1");
    TestPostgres.execute(
        source,
        """
        insert into things.things values
          (''), ('null'), ('\\N'), (E'tab\\tand\\nline\\r\\\\'), ('ÄÖ €, 漢字, 🙂'), ('"quoted", '), ('Z'), ('a');
        insert into things.inbox (scope, key, fingerprint, subject, response) values
          ('things.make', '1', '\\x00ff5c0a', null, null), ('things.make', '2', '\\x', '', '\\x7b7d');
        insert into things.outbox (topic, aggregate, owner, body) values
          ('things.made', 'a', 'me', '\\x31'), ('things.made', 'b', 'me', '\\x32');
        delete from things.outbox;
        update things.events_end set position = 7;
        insert into things.positions (consumer, service, position) values ('sums', 'things', 7)
        """);
  }

  private Manifest backup() {
    return Backup.make(source, file, "1.2.3", AT, Map.of("policies/n1/4.json", bytes("{}")));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static void restore(Path from, String to) {
    try (var opened = BackupFile.open(from)) {
      Restore.into(to, opened, () -> {});
    }
  }

  private String refused(Path from, String to) {
    var e = assertThrows(BackupException.class, () -> restore(from, to));
    return String.valueOf(e.getMessage());
  }

  @Test
  void everyRowComesBackAsItWas() {
    var manifest = backup();
    String target = TestPostgres.freshDatabase();
    restore(file, target);

    var again = Backup.make(target, folder.resolve("again"), "1.2.3", AT, Map.of());
    assertEquals(manifest.services(), again.services());
    assertEquals(
        TestPostgres.query(source, "select key::text from things.cursor_key"),
        TestPostgres.query(target, "select key::text from things.cursor_key"));
    assertEquals("8", TestPostgres.query(target, "select count(*) from things.things"));
    assertEquals("7", TestPostgres.query(target, "select position::text from things.events_end"));
  }

  @Test
  void numbersThatWereGivenOutAreNotGivenOutAgain() {
    backup();
    String target = TestPostgres.freshDatabase();
    restore(file, target);
    assertEquals(
        "3",
        TestPostgres.query(
            target,
            "insert into things.outbox (topic, aggregate, owner, body)"
                + " values ('t', 'a', 'o', '') returning id"));
  }

  @Test
  void aDocumentBesideTheTablesComesBackAsItWas() {
    backup();
    try (var opened = BackupFile.open(file)) {
      assertArrayEquals(bytes("{}"), opened.document("policies/n1/4.json"));
      assertEquals("1.2.3", opened.manifest().weft());
    }
  }

  @Test
  void onlyItsOwnerMayReadIt() throws IOException {
    backup();
    assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
  }

  /** The backup is held up at a table in its middle, while rows are put there and behind it. */
  @Test
  void allOfItIsOfOneMomentWhateverIsWrittenMeanwhile() throws Exception {
    CompletableFuture<Manifest> made;
    try (var writer = TestPostgres.connect(source);
        var statement = writer.createStatement()) {
      writer.setAutoCommit(false);
      statement.execute("lock table things.inbox in access exclusive mode");
      made = CompletableFuture.supplyAsync(this::backup);
      untilSomebodyWaits(source);
      statement.execute("insert into things.inbox (scope, key, fingerprint) values ('s', '3', '')");
      statement.execute("insert into things.things values ('late')");
      writer.commit();
    }
    var tables = made.get(60, TimeUnit.SECONDS).services().get(0).tables();
    assertEquals(
        Map.of("inbox", 2L, "things", 8L),
        Map.of("inbox", rows(tables, "inbox"), "things", rows(tables, "things")));
  }

  private static long rows(java.util.List<Manifest.Table> tables, String name) {
    return tables.stream().filter(t -> t.name().equals(name)).findFirst().orElseThrow().rows();
  }

  private static void untilSomebodyWaits(String uri) throws InterruptedException {
    var until = WallClock.system().now().plus(Duration.ofSeconds(30));
    var pause = new CountDownLatch(1);
    var waiting =
        "select count(*) from pg_locks l join pg_database d on d.oid = l.database"
            + " where not l.granted and d.datname = current_database()";
    while (TestPostgres.query(uri, waiting).equals("0")) {
      assertTrue(WallClock.system().now().isBefore(until), "nobody waits for the lock");
      assertFalse(pause.await(10, TimeUnit.MILLISECONDS));
    }
  }

  @Test
  void aDatabaseInWhichServicesKeepDataIsLeftAsItIs() {
    backup();
    String said = refused(file, source);
    assertTrue(said.contains("services keep data there already: things"), said);
    assertEquals("8", TestPostgres.query(source, "select count(*) from things.things"));
  }

  @Test
  void aFileThatIsThereIsNotOverwritten() throws IOException {
    Files.writeString(file, "mine");
    assertThrows(BackupException.class, this::backup);
    assertEquals("mine", Files.readString(file));
  }

  @Test
  void aBackupThatWasCutShortIsRefusedAndNothingIsTouched() throws IOException {
    backup();
    byte[] all = Files.readAllBytes(file);
    String target = TestPostgres.freshDatabase();
    for (int length : new int[] {0, 1, 100, all.length / 2, all.length - 1}) {
      Files.write(file, java.util.Arrays.copyOf(all, length));
      String said = refused(file, target);
      assertTrue(said.contains("is no backup, or was cut short"), said);
    }
    assertEquals(
        "",
        TestPostgres.query(
            target,
            "select nspname from pg_namespace where nspname in ('things', 'weft_restoring')"));
  }

  /**
   * Wherever a byte is changed, the backup is refused, or what is restored is right all the same.
   */
  @Test
  void aChangedByteIsNoticed() throws IOException {
    var manifest = backup();
    byte[] all = Files.readAllBytes(file);
    for (int at = 0; at < all.length; at += 61) {
      byte[] changed = all.clone();
      changed[at] ^= 0x20;
      Files.write(file, changed);
      try (var opened = BackupFile.open(file)) {
        assertEquals(manifest.services(), opened.manifest().services(), "byte " + at);
      } catch (BackupException e) {
        assertFalse(String.valueOf(e.getMessage()).contains("\n"), e.getMessage());
      }
    }
  }

  @Test
  void rowsThatAreNotThoseOfTheManifestAreRefused() throws IOException {
    backup();
    rewrite(name -> name.endsWith("things/things.copy"), rows -> rows.replace("a\n", "b\n"));
    String said = refused(file, TestPostgres.freshDatabase());
    assertTrue(said.contains("is damaged (tables/things/things.copy is not what was"), said);
  }

  @Test
  void aBackupOfANewerFormatIsRefused() throws IOException {
    backup();
    rewriteManifest(text -> text.replace("\"format\" : 1", "\"format\" : 2"));
    String said = refused(file, TestPostgres.freshDatabase());
    assertTrue(said.contains("format 2, made by Weft 1.2.3 (expected: format 1"), said);
  }

  @Test
  void aBackupOfANewerSchemaIsRefusedAndTheNextRestoreBeginsAnew() throws IOException {
    backup();
    byte[] good = Files.readAllBytes(file);
    rewriteManifest(
        text ->
            text.replace(
                "\"version\" : \"1\",",
                "\"version\" : \"9\", \"checksum\" : 1 }, { \"version\" : \"1\","));
    String target = TestPostgres.freshDatabase();
    String said = refused(file, target);
    assertTrue(said.contains("restore it with that version"), said);

    Files.write(file, good);
    restore(file, target);
    assertEquals("8", TestPostgres.query(target, "select count(*) from things.things"));
  }

  @Test
  void noNodeStartsOnADatabaseWhoseRestoreWasBrokenOff() {
    backup();
    String target = TestPostgres.freshDatabase();
    Migrations.migrateForRestore(target, SERVICE, "1");
    TestPostgres.execute(target, "create schema " + Migrations.RESTORING);
    var vertx = io.vertx.core.Vertx.vertx();
    try {
      var start = Migrations.run(vertx, target, SERVICE);
      var e =
          assertThrows(
              java.util.concurrent.ExecutionException.class,
              () -> start.toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS));
      assertTrue(String.valueOf(e.getMessage()).contains("run scripts/restore.sh again"));

      restore(file, target);
      assertTrue(
          Migrations.run(vertx, target, SERVICE)
              .map(true)
              .toCompletionStage()
              .toCompletableFuture()
              .join());
    } finally {
      vertx.close().toCompletionStage().toCompletableFuture().join();
    }
  }

  @Test
  void rowsOfAnotherTableFailWithoutAnythingBeingRestored() throws IOException {
    backup();
    rewriteManifest(text -> text.replace("\"last\" : 2", "\"last\" : -2"));
    String target = TestPostgres.freshDatabase();
    String said = refused(file, target);
    assertTrue(said.contains("setval: value -2 is out of bounds"), said);
    assertEquals("0", TestPostgres.query(target, "select count(*) from things.things"));
  }

  @Test
  void twoRestoresOfOneDatabaseDoNotMeet() throws SQLException {
    backup();
    String target = TestPostgres.freshDatabase();
    try (var other = TestPostgres.connect(target);
        var statement = other.createStatement()) {
      statement.execute("select pg_advisory_lock(hashtext('weft restore'))");
      String said = refused(file, target);
      assertTrue(said.contains("a backup is being restored there now"), said);
    }
  }

  @Test
  void theConnectionOfARestoreThatWasBrokenOffJustNowIsWaitedFor() throws Exception {
    backup();
    String target = TestPostgres.freshDatabase();
    CompletableFuture<Void> restored;
    try (var brokenOff = TestPostgres.connect(target);
        var statement = brokenOff.createStatement()) {
      statement.execute("select pg_advisory_lock(hashtext('weft restore'))");
      restored = CompletableFuture.runAsync(() -> restore(file, target));
      var waits =
          "select exists (select from pg_stat_activity where datname = current_database()"
              + " and query like 'select pg_sleep%')";
      while (!restored.isDone() && !TestPostgres.query(target, waits).equals("t")) {
        Thread.onSpinWait();
      }
    }
    restored.get(20, TimeUnit.SECONDS);
  }

  @Test
  void ifWhatIsBesideCannotBePutBackNoRowCounts() {
    backup();
    String target = TestPostgres.freshDatabase();
    try (var opened = BackupFile.open(file)) {
      assertThrows(
          UnsupportedOperationException.class,
          () ->
              Restore.into(
                  target,
                  opened,
                  () -> {
                    throw new UnsupportedOperationException();
                  }));
    }
    assertEquals("0", TestPostgres.query(target, "select count(*) from things.things"));
    assertEquals(
        Migrations.RESTORING,
        TestPostgres.query(target, "select nspname from pg_namespace where nspname like 'weft%'"));
  }

  @Test
  void whoMayNotLogInIsToldSoWithoutThePassword() {
    var wrong = source.replaceAll(":[^:@]*@", ":hidden@");
    var e = assertThrows(BackupException.class, () -> Backup.make(wrong, file, "1", AT, Map.of()));
    var said = String.valueOf(e.getMessage());
    assertTrue(said.contains("password authentication failed"), said);
    assertFalse(said.contains("hidden"), said);
    assertFalse(Files.exists(file));
  }

  @Test
  void anEmptyDatabaseIsNoSource() {
    source = TestPostgres.freshDatabase();
    var e = assertThrows(BackupException.class, this::backup);
    assertTrue(String.valueOf(e.getMessage()).startsWith("no service keeps data"));
    assertFalse(Files.exists(file));
  }

  @Test
  void aFolderThatIsNotThereIsSaidSo() {
    file = folder.resolve("none/weft.backup");
    var e = assertThrows(BackupException.class, this::backup);
    assertTrue(String.valueOf(e.getMessage()).contains("cannot be written"), e.getMessage());
  }

  @Test
  void aUserWhoIsNoSuperuserMayBackUpAndRestoreWhatIsItsOwn() throws SQLException {
    String uri = TestPostgres.freshDatabase();
    String other = TestPostgres.freshDatabase();
    String user = "keeper_" + uri.substring(uri.lastIndexOf('/') + 1);
    TestPostgres.execute(uri, "create role " + user + " login createrole password 'secret'");
    try {
      for (var database : new String[] {uri, other}) {
        String name = database.substring(database.lastIndexOf('/') + 1);
        TestPostgres.execute(uri, "grant create on database " + name + " to " + user);
      }
      TestPostgres.execute(uri, "grant weft_things to " + user);
      String as = "//" + user + ":secret@";
      Migrations.migrateForRestore(uri.replaceAll("//[^@]+@", as), SERVICE, "1");
      TestPostgres.execute(uri, "insert into things.things values ('mine')");
      Backup.make(uri.replaceAll("//[^@]+@", as), file, "1", AT, Map.of());
      restore(file, other.replaceAll("//[^@]+@", as));
      assertEquals("mine", TestPostgres.query(other, "select name from things.things"));
    } finally {
      for (var database : new String[] {uri, other}) {
        TestPostgres.execute(database, "drop owned by " + user);
      }
      TestPostgres.execute(uri, "drop role " + user);
    }
  }

  private void rewriteManifest(UnaryOperator<String> change) throws IOException {
    rewrite(BackupFile.MANIFEST::equals, change);
  }

  private void rewrite(java.util.function.Predicate<String> which, UnaryOperator<String> change)
      throws IOException {
    var changed = folder.resolve("changed");
    try (var zip = new ZipFile(file.toFile());
        var out = new ZipOutputStream(Files.newOutputStream(changed))) {
      for (var entry : java.util.Collections.list(zip.entries())) {
        var text = new String(zip.getInputStream(entry).readAllBytes(), StandardCharsets.UTF_8);
        out.putNextEntry(new ZipEntry(entry.getName()));
        out.write(bytes(which.test(entry.getName()) ? change.apply(text) : text));
        out.closeEntry();
      }
    }
    Files.move(changed, file, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
  }
}
