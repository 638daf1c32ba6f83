package io.weft.node.upgrade;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * Holds every migration to what docs/UPGRADE.md says: the release before goes on while it has been
 * applied, and what has been released stays as it is.
 */
class MigrationRulesTest {
  private static final Path ROOT = Path.of("").toAbsolutePath().getParent();

  /** What a script may not do unless it is named a contract, and why. */
  private static final Map<Pattern, String> FORBIDDEN =
      Map.of(
          pattern("drop\\s+(table|column|schema|view|type|sequence|function|trigger)"),
          "takes away what the release before may use",
          pattern("rename\\s"),
          "takes away a name that the release before uses",
          pattern("alter\\s+(column\\s+)?\\w+\\s+(set\\s+data\\s+)?type\\s"),
          "the release before may not read the new type, and the table is locked meanwhile",
          pattern("set\\s+not\\s+null"),
          "the release before may write null",
          pattern("add\\s+(constraint|primary|unique|foreign|check|exclude)"),
          "the release before may write what it forbids",
          pattern("\\b(truncate|delete\\s+from)\\s"),
          "takes away rows that the release before may want",
          pattern("create\\s+or\\s+replace"),
          "the release before may mean what was there: make it under another name",
          pattern("revoke\\s"),
          "the release before may need it");

  private static final Pattern ADDED_COLUMN = pattern("add\\s+column\\s+[^,;]*not\\s+null[^,;]*");

  /** Scripts that break a rule to the letter and not in effect, and why not. */
  private static final Map<String, String> EXCUSED =
      Map.of(
          "orders/V2__parked.sql",
          "its constraint is on columns that it adds itself, which an older node leaves null",
          "orders/V3__summaries.sql",
          "deletes, in a function that it makes, from a table that it makes",
          "users/V2__credentials.sql",
          "deletes, in a function that it makes, from a table that it makes",
          "ledger/V0_3__relay.sql",
          "moves events from the outbox to the log, in a function that it makes",
          "ledger/V0_4__trace.sql",
          "moves events from the outbox to the log, in a function that it makes",
          "ledger/V0_5__bytes.sql",
          "moves events from the outbox to the log, in a function that it makes");

  private static Pattern pattern(String text) {
    return Pattern.compile(text, Pattern.CASE_INSENSITIVE);
  }

  /** Returns all scripts, by folder and name. */
  private static Map<String, Path> scripts() throws IOException {
    var scripts = new TreeMap<String, Path>();
    for (var module : List.of("ledger", "verticles/users", "verticles/orders", "verticles/sites")) {
      try (var files = Files.walk(ROOT.resolve(module).resolve("src/main/resources/db"))) {
        files
            .filter(file -> file.toString().endsWith(".sql"))
            .forEach(
                file ->
                    scripts.put(file.getParent().getFileName() + "/" + file.getFileName(), file));
      }
    }
    return scripts;
  }

  /** Returns what is wrong with a script. */
  private static List<String> broken(String name, String sql) {
    if (name.replaceFirst(".*__", "").startsWith("contract")) {
      return List.of();
    }
    var text = sql.replaceAll("--[^\n]*", " ").replaceAll("'[^']*'", "''");
    var broken = new ArrayList<String>();
    FORBIDDEN.forEach(
        (pattern, why) -> {
          if (pattern.matcher(text).find()) {
            broken.add(name + ": " + pattern + ": " + why);
          }
        });
    var added = ADDED_COLUMN.matcher(text);
    while (added.find()) {
      if (!added.group().toLowerCase(Locale.ROOT).contains("default")) {
        broken.add(name + ": " + added.group() + ": the release before cannot insert a row");
      }
    }
    return broken;
  }

  @Test
  void theReleaseBeforeGoesOnWhateverAMigrationDoes() throws IOException {
    var broken = new ArrayList<String>();
    for (var script : scripts().entrySet()) {
      var wrong = broken(script.getKey(), Files.readString(script.getValue()));
      if (EXCUSED.containsKey(script.getKey())) {
        assertFalse(wrong.isEmpty(), script.getKey() + " needs no excuse any more");
      } else {
        broken.addAll(wrong);
      }
    }
    assertEquals(List.of(), broken);
  }

  @Test
  void eachWayToBreakTheReleaseBeforeIsFound() {
    for (var sql :
        List.of(
            "drop table orders;",
            "alter table orders drop column note;",
            "alter table orders rename column note to remark;",
            "alter table orders alter column total type numeric;",
            "alter table orders alter total set data type numeric;",
            "alter table orders\n  alter column note set not null;",
            "alter table orders add constraint c check (total > 0);",
            "alter table orders add column colour text not null;",
            "alter table orders add column a int not null default 0, add column b int not null;",
            "create or replace function f() returns int language sql as $$ select 1 $$;",
            "truncate orders;")) {
      assertFalse(broken("orders/V9__x.sql", sql).isEmpty(), sql);
      assertEquals(List.of(), broken("orders/V9__contract_x.sql", sql), sql);
    }
    for (var sql :
        List.of(
            "create table colours (id uuid primary key, name text not null);",
            "alter table orders add column colour text;",
            "alter table orders add column a int not null default 0;",
            "drop index orders_by_age; create index orders_by_age on orders (id);",
            "comment on column orders.note is 'drop table, rename x';",
            "-- drop table orders")) {
      assertEquals(List.of(), broken("orders/V9__x.sql", sql), sql);
    }
  }

  /** Flyway refuses to start on a schema that another text of the same script has made. */
  @Test
  void whatHasBeenReleasedStaysAsItIs() throws Exception {
    var released = new TreeMap<String, String>();
    try (var in = getClass().getResourceAsStream("released-migrations.txt")) {
      new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .filter(line -> !line.startsWith("#"))
          .map(line -> line.split(" +", -1))
          .forEach(words -> released.put(words[1], words[0]));
    }
    var present = new TreeMap<String, String>();
    for (var script : scripts().entrySet()) {
      var hash = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(script.getValue()));
      present.put(script.getKey(), HexFormat.of().formatHex(hash));
    }
    present.keySet().retainAll(released.keySet());
    assertEquals(released, present);
  }
}
