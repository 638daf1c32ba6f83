package io.weft.orders.site;

import io.vertx.core.Future;
import io.weft.mesh.MeshFailure;
import io.weft.orders.OrdersLimits;
import io.weft.orders.api.ReplayOrder.Promise;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings the orders of a site's journal to the hub, those of each user one after another in the
 * order in which they were taken; those of different users, who have nothing to do with each other,
 * side by side.
 *
 * <p>It may end anywhere, and be begun again anywhere: what the hub has taken in and the journal
 * has not heard of is brought again, and the hub knows it by its id. For one context.
 */
public final class Replay {
  private static final Logger LOG = LoggerFactory.getLogger(Replay.class);

  private final Journal journal;
  private final HubOrders hub;
  private @Nullable Future<Report> running;

  /** Creates the replay of a journal. */
  public Replay(Journal journal, HubOrders hub) {
    this.journal = journal;
    this.hub = hub;
  }

  /**
   * How far a replay has come.
   *
   * @param accepted orders that are confirmed at the hub
   * @param rejected orders that the hub has rejected
   * @param disputed orders that an operator has to see to
   * @param stopped why it ended before the end of the journal; null when it did not
   */
  public record Report(long accepted, long rejected, long disputed, @Nullable Throwable stopped) {}

  /** Says that the hub takes no order of this journal. */
  public static final class JournalRefusedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    JournalRefusedException(String reason) {
      super("the hub takes no order of this journal: " + reason);
    }
  }

  /**
   * Brings what there is, until the journal is empty or the hub cannot be asked or refuses the
   * journal. A user on whose order the hub cannot decide yet is passed over, with all later orders
   * of the same user. One that is under way goes on.
   *
   * @return how far it came; fails when the journal could not be read or written
   */
  public Future<Report> run() {
    if (running == null) {
      var run = new Run();
      var report = run.batches();
      running = report;
      report.onComplete(done -> running = null);
      return report;
    }
    return running;
  }

  /** One replay, and what it has counted so far. */
  private final class Run {
    private long accepted;
    private long rejected;
    private long disputed;
    private final Set<UUID> undecided = new HashSet<>();
    private @Nullable Throwable stopped;
    private @Nullable Throwable waits;

    Future<Report> batches() {
      return journal
          .next(OrdersLimits.REPLAY_BATCH, Set.copyOf(undecided))
          .compose(
              entries ->
                  entries.isEmpty() || stopped != null
                      ? Future.succeededFuture(report())
                      : Future.join(ofEachUser(entries)).compose(done -> onwards()));
    }

    private Future<Report> onwards() {
      return stopped == null ? batches() : Future.succeededFuture(report());
    }

    private Report report() {
      return new Report(accepted, rejected, disputed, stopped == null ? waits : stopped);
    }

    private List<Future<Void>> ofEachUser(List<JournalEntry> entries) {
      Map<UUID, Future<Void>> last = new LinkedHashMap<>();
      for (var entry : entries) {
        var before = last.getOrDefault(entry.userId(), Future.succeededFuture());
        last.put(entry.userId(), bring(entry, before));
      }
      return List.copyOf(last.values());
    }

    private Future<Void> bring(JournalEntry entry, Future<Void> before) {
      return before.compose(
          done ->
              stopped != null || undecided.contains(entry.userId())
                  ? Future.succeededFuture()
                  : hub.place(entry)
                      .compose(
                          verdict -> heard(entry, verdict.on(entry.promise())),
                          failure -> stop(failure)));
    }

    private Future<Void> heard(JournalEntry entry, Verdict verdict) {
      if (verdict instanceof Verdict.JournalRefused refused) {
        return stop(new JournalRefusedException(refused.reason()));
      }
      if (verdict instanceof Verdict.Undecided pending) {
        return passOver(entry.userId(), new MeshFailure.Unknown(pending.reason()));
      }
      return journal.settle(entry, verdict).onSuccess(stored -> count(entry, verdict));
    }

    private Future<Void> passOver(UUID user, Throwable why) {
      undecided.add(user);
      waits = why;
      return undecided.size() < OrdersLimits.UNDECIDED_USERS_MAX
          ? Future.succeededFuture()
          : stop(why);
    }

    private void count(JournalEntry entry, Verdict verdict) {
      if (verdict instanceof Verdict.Accepted) {
        accepted++;
      } else if (verdict instanceof Verdict.Rejected) {
        rejected++;
      } else if (verdict instanceof Verdict.Disputed dispute) {
        disputed++;
        LOG.error(
            "order {} ({}) is in dispute, an operator has to see to it: {}",
            entry.orderId(),
            entry.promise() == Promise.CONFIRMED ? "promised" : "not promised",
            dispute.reason());
      }
    }

    private Future<Void> stop(Throwable why) {
      stopped = why;
      return Future.succeededFuture();
    }
  }
}
