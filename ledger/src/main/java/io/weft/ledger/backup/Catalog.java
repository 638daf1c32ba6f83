package io.weft.ledger.backup;

import io.weft.ledger.backup.Manifest.Migration;
import io.weft.ledger.backup.Manifest.Sequence;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** What a database holds, by its own catalogue. Blocks. */
final class Catalog {
  private static final String HISTORY = "schema_history";
  private static final String TAKE_PLACE = "select pg_try_advisory_lock(hashtext('weft restore'))";

  private final Connection connection;

  Catalog(Connection connection) {
    this.connection = connection;
  }

  /** What is made of a row. */
  @FunctionalInterface
  private interface Reader<T> {
    T read(ResultSet row) throws SQLException;
  }

  /** Returns the services that keep data here, in the order of their names. */
  List<String> services() throws SQLException {
    return list(
        "select nspname from pg_namespace where pg_get_userbyid(nspowner) = 'weft_' || nspname"
            + " order by nspname collate \"C\"",
        row -> row.getString(1));
  }

  /** Returns whether there is a schema. */
  boolean has(String schema) throws SQLException {
    return !list("select 1 from pg_namespace where nspname = ?", row -> true, schema).isEmpty();
  }

  /**
   * Returns whether no other restore runs here, and keeps others out while it is connected. One
   * that was broken off just now may still hold its place, until the server misses its connection.
   */
  boolean alone() throws SQLException {
    for (int tries = 1; !list(TAKE_PLACE, row -> row.getBoolean(1)).get(0); tries++) {
      if (tries == BackupLimits.PLACE_TRIES_MAX) {
        return false;
      }
      execute("select pg_sleep(" + BackupLimits.PLACE_INTERVAL.toMillis() / 1e3 + ")");
    }
    return true;
  }

  /** Returns the version of the server. */
  String server() throws SQLException {
    return list("show server_version", row -> row.getString(1)).get(0);
  }

  /** Returns the migrations that a service's schema has had, in the order of their versions. */
  List<Migration> migrations(String service) throws SQLException {
    return list(
        "select version, checksum from "
            + name(service, HISTORY)
            + " where success and version is not null"
            + " order by string_to_array(version, '.')::int[]",
        row -> new Migration(row.getString(1), row.getInt(2)));
  }

  /** Returns a service's tables but for Flyway's own, those that others refer to first. */
  List<String> tables(String service) throws SQLException {
    var refers = new TreeMap<String, Set<String>>();
    list(
            "select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace"
                + " where n.nspname = ? and c.relkind = 'r' and c.relname <> '"
                + HISTORY
                + "'",
            row -> row.getString(1),
            service)
        .forEach(table -> refers.put(table, new TreeSet<>()));
    list(
            "select c.relname, f.relname from pg_constraint k"
                + " join pg_class c on c.oid = k.conrelid join pg_class f on f.oid = k.confrelid"
                + " join pg_namespace n on n.oid = c.relnamespace"
                + " where n.nspname = ? and k.contype = 'f' and k.conrelid <> k.confrelid",
            row -> Map.entry(row.getString(1), row.getString(2)),
            service)
        .forEach(
            entry -> refers.getOrDefault(entry.getKey(), new TreeSet<>()).add(entry.getValue()));
    return ordered(service, refers);
  }

  private static List<String> ordered(String service, Map<String, Set<String>> refers) {
    var ordered = new ArrayList<String>();
    while (!refers.isEmpty()) {
      var next =
          refers.entrySet().stream()
              .filter(entry -> entry.getValue().stream().noneMatch(refers::containsKey))
              .map(Map.Entry::getKey)
              .findFirst();
      if (next.isEmpty()) {
        throw new BackupException(
            "the tables %s of %s refer to each other in a ring (expected: an order in which they can be filled): break it by a migration"
                .formatted(refers.keySet(), service));
      }
      ordered.add(next.get());
      refers.remove(next.get());
    }
    return ordered;
  }

  /** Returns the columns of a table whose values are stored, in their order. */
  List<String> columns(String service, String table) throws SQLException {
    return list(
        "select attname from pg_attribute where attrelid = ?::regclass and attnum > 0"
            + " and not attisdropped and attgenerated = '' order by attnum",
        row -> row.getString(1),
        name(service, table));
  }

  /**
   * Returns a query of a table's rows in the order of its key, which is the same on every server.
   */
  String rows(String service, String table, List<String> columns) throws SQLException {
    var key =
        list(
            "select quote_ident(a.attname) || case when a.attcollation = 0 then ''"
                + " else ' collate \"C\"' end"
                + " from pg_index i cross join unnest(i.indkey) with ordinality as k(number, place)"
                + " join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.number"
                + " where i.indrelid = ?::regclass and i.indisprimary order by k.place",
            row -> row.getString(1),
            name(service, table));
    var order = key.isEmpty() ? "t::text collate \"C\"" : String.join(", ", key);
    return "select " + names(columns) + " from " + name(service, table) + " as t order by " + order;
  }

  /** Returns the last number of each of a service's sequences that has given one out. */
  List<Sequence> sequences(String service) throws SQLException {
    return list(
        "select sequencename, last_value from pg_sequences where schemaname = ?"
            + " and last_value is not null order by sequencename collate \"C\"",
        row -> new Sequence(row.getString(1), row.getLong(2)),
        service);
  }

  /** Acts as the owner of a service's schema until the transaction ends, or another is named. */
  void actAs(String service) throws SQLException {
    execute("set local role " + quoted("weft_" + service));
  }

  /** Acts as whoever logged in. */
  void actAsOneself() throws SQLException {
    execute("reset role");
  }

  /** Executes a statement. */
  void execute(String sql) throws SQLException {
    try (var statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  /** Returns names as SQL has them, separated by commas. */
  static String names(List<String> names) {
    return String.join(", ", names.stream().map(Catalog::quoted).toList());
  }

  /** Returns the name of a table of a service as SQL has it. */
  static String name(String service, String table) {
    return quoted(service) + "." + quoted(table);
  }

  private static String quoted(String name) {
    return '"' + name.replace("\"", "\"\"") + '"';
  }

  /** Returns texts by key: how values are written, whatever the server's own settings are. */
  static Map<String, String> forms() {
    var forms = new LinkedHashMap<String, String>();
    forms.put("timezone", "UTC");
    forms.put("datestyle", "ISO, MDY");
    forms.put("intervalstyle", "postgres");
    forms.put("bytea_output", "hex");
    forms.put("extra_float_digits", "1");
    forms.put("lock_timeout", Long.toString(BackupLimits.LOCK_TIMEOUT.toMillis()));
    return forms;
  }

  /** Has values written in one form until the transaction ends. */
  void settle() throws SQLException {
    for (var form : forms().entrySet()) {
      execute("set local " + form.getKey() + " = '" + form.getValue() + "'");
    }
  }

  private <T> List<T> list(String sql, Reader<T> reader, String... values) throws SQLException {
    try (var statement = connection.prepareStatement(sql)) {
      for (int i = 0; i < values.length; i++) {
        statement.setString(i + 1, values[i]);
      }
      try (var rows = statement.executeQuery()) {
        var found = new ArrayList<T>();
        while (rows.next()) {
          found.add(reader.read(rows));
        }
        return found;
      }
    }
  }
}
