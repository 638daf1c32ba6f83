package io.weft.sites;

import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import io.weft.ledger.Database;
import io.weft.sites.api.FollowedPolicies;
import io.weft.sites.api.FollowedPolicies.State;
import java.time.ZoneOffset;
import java.util.Optional;

/** Which policies of its hub a site has taken over, as the node that holds its link writes down. */
final class PolicyStore implements PolicyFollower.Memory {
  private final Database database;

  PolicyStore(Database database) {
    this.database = database;
  }

  @Override
  public Future<Optional<FollowedPolicies>> read() {
    return database.withConnection(
        connection ->
            connection
                .query(
                    "select state, hub_epoch, taken_epoch, taken_digest, since, why from followed")
                .execute()
                .map(
                    rows ->
                        rows.size() == 0
                            ? Optional.empty()
                            : Optional.of(followed(rows.iterator().next()))));
  }

  @Override
  public Future<Void> write(FollowedPolicies now) {
    var since = now.since();
    return database.withStatement(
        connection ->
            connection
                .preparedQuery(
                    """
                    insert into followed (
                      state, hub_epoch, taken_epoch, taken_digest, since, why
                    ) values ($1, $2, $3, $4, $5, $6)
                    on conflict (one) do update set
                      state = $1, hub_epoch = $2, taken_epoch = $3, taken_digest = $4,
                      since = $5, why = $6
                    where followed.taken_epoch <= $3
                    """)
                .execute(
                    Tuple.of(
                        now.state().name(),
                        now.hubEpoch(),
                        now.takenEpoch(),
                        now.takenDigest(),
                        since == null ? null : since.atOffset(ZoneOffset.UTC),
                        now.why()))
                .mapEmpty());
  }

  @Override
  public Future<Void> forget() {
    return database.withStatement(
        connection -> connection.query("delete from followed").execute().mapEmpty());
  }

  private static FollowedPolicies followed(Row row) {
    var since = row.getOffsetDateTime("since");
    return new FollowedPolicies(
        State.valueOf(row.getString("state")),
        row.getLong("hub_epoch"),
        row.getLong("taken_epoch"),
        row.getString("taken_digest"),
        since == null ? null : since.toInstant(),
        row.getString("why"));
  }
}
