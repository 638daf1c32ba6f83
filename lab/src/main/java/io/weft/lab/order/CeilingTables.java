package io.weft.lab.order;

import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.util.List;
import java.util.stream.StreamSupport;

/**
 * Tables like those of orders and users, with their indexes, checks and settings, in schemas of
 * their own: what the ceiling writes is no order of the shop, and nobody has work with it.
 */
final class CeilingTables {
  private static final String PREFIX = "ceiling_";

  private static final String TABLES =
      """
      select format('create table ceiling_%1$s.%2$I (like %1$s.%2$I including all)%3$s',
        n.nspname, c.relname, ' with (' || array_to_string(c.reloptions, ', ') || ')') as ddl
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where n.nspname = any($1) and c.relkind = 'r' order by c.oid
      """;

  private static final String REFERENCES =
      """
      select format('alter table ceiling_%s.%I add %s', n.nspname, c.relname,
        replace(pg_get_constraintdef(k.oid), 'REFERENCES ', 'REFERENCES ceiling_')) as ddl
      from pg_constraint k join pg_class c on c.oid = k.conrelid
        join pg_namespace n on n.oid = c.relnamespace
      where n.nspname = any($1) and k.contype = 'f' order by k.oid
      """;

  private CeilingTables() {}

  /** Returns the schema that stands in for that of a service. */
  static String schema(Statements.Service service) {
    return PREFIX + service.schema();
  }

  /** Makes the tables, with the same users as are there and nothing else. */
  static Future<Void> make(SqlConnection connection) {
    var schemas = List.of(Statements.Service.values());
    Future<Void> made = Future.succeededFuture();
    for (var service : schemas) {
      made = made.compose(done -> run(connection, "create schema " + schema(service)));
    }
    var names = schemas.stream().map(Statements.Service::schema).toArray(String[]::new);
    return made.compose(done -> runAll(connection, TABLES, names))
        .compose(done -> runAll(connection, REFERENCES, names))
        .compose(
            done -> run(connection, "insert into ceiling_users.users select * from users.users"))
        .compose(done -> run(connection, "analyze"));
  }

  private static Future<Void> runAll(SqlConnection connection, String query, String[] schemas) {
    return connection
        .preparedQuery(query)
        .execute(Tuple.tuple().addValue(schemas))
        .compose(
            rows -> {
              Future<Void> all = Future.succeededFuture();
              for (var statement : texts(rows)) {
                all = all.compose(done -> run(connection, statement));
              }
              return all;
            });
  }

  private static List<String> texts(Iterable<Row> rows) {
    return StreamSupport.stream(rows.spliterator(), false)
        .map(row -> row.getString("ddl"))
        .toList();
  }

  private static Future<Void> run(SqlConnection connection, String statement) {
    return connection.query(statement).execute().mapEmpty();
  }
}
