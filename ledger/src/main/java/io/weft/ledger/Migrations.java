package io.weft.ledger;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgConnectOptions;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings the schema of a service to the state that its jar describes.
 *
 * <p>Makes the service's role and schema when they are absent, then runs the ledger's own scripts
 * and those in {@code db/<service>} as that role, which may touch nothing else. Any number of nodes
 * may do so at once.
 *
 * <p>Nodes of the release before run on while a script has been applied, and may start again. What
 * they cannot live with is a script of its own, one release later, named {@code V7__contract_…}: a
 * release that does not know it starts no more. docs/UPGRADE.md has the rules.
 */
public final class Migrations {
  private static final Logger LOG = LoggerFactory.getLogger(Migrations.class);

  /** The schema by which a database says that what is in it is not whole yet. */
  public static final String RESTORING = "weft_restoring";

  /** How the description of a script begins that takes away what the release before uses. */
  private static final String CONTRACT = "contract";

  /** For Flyway: every script that there is. */
  private static final String LATEST = "latest";

  /**
   * How the schema of a service stands against the scripts of this build.
   *
   * @param pending what this build would run, in order, such as {@code 4 wider notes}
   * @param later what a later release has run and this one does not know, in order
   * @param refused those of the later ones with which this build cannot run
   */
  public record State(List<String> pending, List<String> later, List<String> refused) {
    /** Copies the lists. */
    public State {
      pending = List.copyOf(pending);
      later = List.copyOf(later);
      refused = List.copyOf(refused);
    }
  }

  private Migrations() {}

  /**
   * Migrates a service's schema, on a worker thread.
   *
   * @param uri {@code postgresql://user:password@host:port/database}
   * @param service the service's name
   * @return fails with {@link io.weft.mesh.MeshFailure.Rejected} when the database cannot be
   *     reached, and with the script's error when one fails
   */
  public static Future<Void> run(Vertx vertx, String uri, String service) {
    return vertx
        .executeBlocking(() -> MigrationScripts.of(service), false)
        .compose(scripts -> scripts.haveRun(vertx, uri, ServiceNames.of(service)))
        .compose(
            done ->
                done
                    ? Future.succeededFuture()
                    : vertx.executeBlocking(
                        () -> {
                          migrate(uri, service);
                          return null;
                        },
                        false));
  }

  /**
   * Looks how a service's schema stands, and changes nothing; blocks.
   *
   * @throws IllegalStateException if the database cannot be read
   */
  public static State state(String uri, String service) {
    var names = ServiceNames.of(service);
    var options = PgConnectOptions.fromUri(uri);
    try {
      return state(flyway(options, "-c search_path=" + names.schema(), names, service, LATEST));
    } catch (FlywayException e) {
      throw new IllegalStateException("migrations of " + service + ": " + e.getMessage(), e);
    }
  }

  private static State state(Flyway flyway) {
    var pending = new ArrayList<String>();
    var later = new ArrayList<String>();
    var refused = new ArrayList<String>();
    for (var each : flyway.info().all()) {
      var state = each.getState();
      var told = each.getVersion() + " " + each.getDescription();
      if (!state.isApplied()) {
        pending.add(told);
      } else if (!state.isResolved()) {
        later.add(told);
        if (each.getDescription().startsWith(CONTRACT)) {
          refused.add(told);
        }
      }
    }
    return new State(pending, later, refused);
  }

  private static void refuseLater(String service, State state) {
    if (!state.refused().isEmpty()) {
      throw new IllegalStateException(
          "the schema of "
              + service
              + " is of a later release, which has run "
              + String.join(", ", state.refused())
              + " (expected: nothing that takes away what this release uses): start that release,"
              + " or restore the backup from before it");
    }
    if (!state.later().isEmpty()) {
      LOG.info("The schema of {} has more, of a later release: {}", service, state.later());
    }
  }

  /** Migrates a service's schema; blocks. */
  static void migrate(String uri, String service) {
    var names = ServiceNames.of(service);
    try {
      prepare(uri, names, true);
    } catch (SQLException e) {
      throw unreachable(uri, e);
    }
    migrate(uri, names, service, LATEST);
  }

  /**
   * Makes a service's schema as it was at a version, for rows of that time; blocks. Only while a
   * restore is on its way, and only on a database that has no such schema.
   *
   * @param version the migration to stop after; a version that is not known is no failure
   */
  public static void migrateForRestore(String uri, String service, String version) {
    var names = ServiceNames.of(service);
    try {
      prepare(uri, names, false);
    } catch (SQLException e) {
      throw unreachable(uri, e);
    }
    migrate(uri, names, service, version + "?");
  }

  private static RuntimeException unreachable(String uri, SQLException e) {
    return DatabaseFailures.unavailable(
        Jdbc.place(uri)
            + ": "
            + e.getMessage()
            + " (expected: a running server whose user may create roles and schemas)");
  }

  private static void migrate(String uri, ServiceNames names, String service, String target) {
    String settings = "-c role=" + names.role() + " -c search_path=" + names.schema();
    try {
      var flyway = flyway(PgConnectOptions.fromUri(uri), settings, names, service, target);
      refuseLater(service, state(flyway));
      flyway.migrate();
    } catch (FlywayException e) {
      throw new IllegalStateException("migrations of " + service + ": " + e.getMessage(), e);
    }
  }

  private static Flyway flyway(
      PgConnectOptions options,
      String settings,
      ServiceNames names,
      String service,
      String target) {
    return Flyway.configure(Migrations.class.getClassLoader())
        .dataSource(
            Jdbc.url(options, settings, LedgerLimits.MIGRATION_TIMEOUT),
            options.getUser(),
            options.getPassword())
        .target(target)
        .schemas(names.schema())
        .createSchemas(false)
        .table("schema_history")
        .locations("classpath:db/ledger", "classpath:db/" + service)
        // The ledger's scripts are numbered 0.1, 0.2 and so on, and a later one of them must still
        // run in a schema whose service is at 1 already.
        .outOfOrder(true)
        // A later release may have run more, of both: refuseLater has looked at it.
        .ignoreMigrationPatterns("*:missing", "*:future")
        .load();
  }

  private static void prepare(String uri, ServiceNames names, boolean whole) throws SQLException {
    var settings = "-c lock_timeout=" + LedgerLimits.MIGRATION_TIMEOUT.toMillis();
    try (var connection = Jdbc.connect(uri, settings, LedgerLimits.MIGRATION_TIMEOUT)) {
      connection.setAutoCommit(false);
      run(connection, "select pg_advisory_xact_lock(hashtext('weft migrations'))");
      if (whole && restoring(connection)) {
        throw new IllegalStateException(
            Jdbc.place(uri)
                + ": a backup is being restored, or its restore was broken off (expected: a whole"
                + " one); wait for it, or run scripts/restore.sh again");
      }
      // Roles belong to the whole server and the lock to one database: two may still meet here.
      run(
          connection,
          """
          do $$ begin
            create role "%1$s" nologin;
          exception when duplicate_object or unique_violation then null;
          end $$
          """
              .formatted(names.role()));
      // A superuser may act as any role. Another user who made the role may let itself; one who did
      // not was let by an administrator, or fails below.
      run(
          connection,
          """
          do $$ begin
            if not (select rolsuper from pg_roles where rolname = current_user) then
              grant "%1$s" to current_user;
            end if;
          exception when insufficient_privilege then null;
          end $$
          """
              .formatted(names.role()));
      run(
          connection,
          "create schema if not exists \"%s\" authorization \"%s\""
              .formatted(names.schema(), names.role()));
      connection.commit();
    }
  }

  private static boolean restoring(Connection connection) throws SQLException {
    try (var statement = connection.createStatement();
        var rows =
            statement.executeQuery("select to_regnamespace('" + RESTORING + "') is not null")) {
      return rows.next() && rows.getBoolean(1);
    }
  }

  private static void run(Connection connection, String sql) throws SQLException {
    try (var statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
