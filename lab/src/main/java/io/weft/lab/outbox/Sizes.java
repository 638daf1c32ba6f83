package io.weft.lab.outbox;

import io.vertx.core.Future;
import io.weft.ledger.Database;

/** How large the outbox is, looked at again and again. For one event loop. */
final class Sizes {
  private final Database database;
  private long before;
  private long most;
  private long last;
  private long rowsMost;
  private long waiting;

  Sizes(Database database) {
    this.database = database;
  }

  /** Begins to count, from what was seen last. */
  void begin() {
    before = last;
    most = last;
    rowsMost = 0;
  }

  Future<Void> look() {
    return database
        .withConnection(
            c ->
                c.query(
                        "select pg_total_relation_size('outbox') as bytes,"
                            + " (select count(*) from outbox) as waiting")
                    .execute())
        .map(
            rows -> {
              last = rows.iterator().next().getLong("bytes");
              most = Math.max(most, last);
              waiting = rows.iterator().next().getLong("waiting");
              rowsMost = Math.max(rowsMost, waiting);
              return null;
            });
  }

  long before() {
    return before;
  }

  long most() {
    return most;
  }

  long last() {
    return last;
  }

  long rows() {
    return waiting;
  }

  long rowsMost() {
    return rowsMost;
  }
}
