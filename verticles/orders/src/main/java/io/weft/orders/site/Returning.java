package io.weft.orders.site;

import io.vertx.core.Future;
import io.weft.mesh.MeshFailure;
import io.weft.mesh.time.Rng;
import io.weft.mesh.time.Timers;
import io.weft.orders.OrdersLimits;
import io.weft.users.api.EscrowJournal;
import io.weft.users.api.OpenEscrow;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Knows whether a site has its hub, and brings it back: while the site is alone it says every
 * {@link OrdersLimits#RETURN_INTERVAL} at the hub which journal it has, brings the orders that
 * wait, and once none does the site is linked again.
 *
 * <p>It begins alone, as nobody knows better. Each instance has its own, and all share the journal;
 * orders that one of them has left there are seen by the others within the same interval. For one
 * context.
 */
public final class Returning {
  /** What the hub answers about a journal that is void: its purses hold nothing. */
  private static final String OLDER = "escrow.journal_older";

  private static final String FREED = "escrow.journal_freed";

  /** What an operator at the hub has to decide, before which the site stays alone. */
  private static final Set<String> UNDECIDED =
      Set.of("escrow.journal_other", "escrow.journal_closed");

  private final String site;
  private final SiteJournal journal;
  private final Function<OpenEscrow, Future<EscrowJournal>> open;
  private final Replay replay;
  private final Listener listener;
  private final Timers timers;
  private final Rng rng;
  private Timers.Handle next = () -> {};
  private boolean stopped;
  private volatile Mode mode = Mode.ALONE;
  private boolean opened;
  private @Nullable String told;

  /** Who hears of what happens; on the context on which the site is brought back. */
  public interface Listener {
    /** The site has its hub, and nothing waits in the journal. */
    void linked();

    /**
     * The site is alone; said again when it is so for another reason.
     *
     * @param undecided whether it stays so until an operator has decided about its journal
     */
    void alone(String why, boolean undecided);

    /** The journal was void and began anew: the site holds nothing of anybody's credit. */
    void renewed(String why);
  }

  /**
   * Creates it.
   *
   * @param site the site's name
   * @param open calls {@code users.open-escrow} at the hub
   * @param orders the way to the hub for the orders of the journal
   */
  public Returning(
      String site,
      SiteJournal journal,
      Function<OpenEscrow, Future<EscrowJournal>> open,
      HubOrders orders,
      Listener listener,
      Timers timers,
      Rng rng) {
    this.site = site;
    this.journal = journal;
    this.open = open;
    replay = new Replay(new InTurn(), orders);
    this.listener = listener;
    this.timers = timers;
    this.rng = rng;
  }

  /** The journal as this instance reads it: empty while it is another's turn to bring orders. */
  private final class InTurn implements Journal {
    @Override
    public Future<List<JournalEntry>> next(int most, Set<UUID> without) {
      return journal
          .take()
          .compose(
              mine ->
                  mine
                      ? journal.next(most, without)
                      : Future.succeededFuture(List.<JournalEntry>of()));
    }

    @Override
    public Future<Void> settle(JournalEntry entry, Verdict verdict) {
      return journal.settle(entry, verdict);
    }
  }

  /** Starts to look for the hub, at once. */
  public void start() {
    look();
  }

  /** Stops; what is on its way to the hub may still come there. */
  public void stop() {
    stopped = true;
    next.cancel();
  }

  /** Returns where orders are placed. From any thread. */
  public Mode mode() {
    return mode;
  }

  /** Says that the hub could not be asked. */
  public void lost(Throwable why) {
    if (mode == Mode.LINKED) {
      alone("lost", "the hub cannot be asked: " + why.getMessage(), false);
    }
  }

  private void look() {
    round()
        .onFailure(this::refused)
        .onComplete(
            done -> {
              if (!stopped) {
                // Jitter, so that the sites of a hub that was away do not come at once.
                long millis = OrdersLimits.RETURN_INTERVAL.toMillis();
                next =
                    timers.after(
                        Duration.ofMillis((long) (millis * (0.75 + rng.nextDouble() / 2))),
                        this::look);
              }
            });
  }

  private Future<Void> round() {
    if (mode == Mode.ALONE) {
      return comeBack();
    }
    return journal
        .waits()
        .compose(
            waits -> {
              if (!waits) {
                return Future.succeededFuture();
              }
              alone("left", "orders wait in the journal", false);
              return comeBack();
            });
  }

  private Future<Void> comeBack() {
    opened = false;
    return journal
        .standing()
        .compose(this::opened)
        .recover(this::renewed)
        .compose(
            journalAtHub -> {
              opened = true;
              return replay.run();
            })
        .compose(
            report ->
                report.stopped() == null ? journal.waits() : Future.failedFuture(report.stopped()))
        .map(
            waits -> {
              if (!waits && !stopped) {
                linked();
              }
              return null;
            });
  }

  private Future<EscrowJournal> opened(SiteJournal.Standing standing) {
    return open.apply(new OpenEscrow(site, standing.incarnation().toString(), standing.position()));
  }

  /**
   * Begins another journal in place of one that is void. Whether the hub takes it for older is
   * asked once more while nobody changes it: another instance may just have told the hub of what
   * this one did not know yet.
   */
  private Future<EscrowJournal> renewed(Throwable failure) {
    String code = code(failure);
    if (!code.equals(OLDER) && !code.equals(FREED)) {
      return Future.failedFuture(failure);
    }
    return journal
        .renewIf(
            standing ->
                opened(standing)
                    .map(false)
                    .recover(
                        again ->
                            code(again).equals(code)
                                ? Future.succeededFuture(true)
                                : Future.failedFuture(again)))
        .compose(
            renewed -> {
              if (renewed) {
                listener.renewed(text(failure));
              }
              return journal.standing().compose(this::opened);
            });
  }

  private static String code(Throwable failure) {
    return failure instanceof MeshFailure.Application refusal ? refusal.code() : "";
  }

  private void linked() {
    if (mode == Mode.ALONE) {
      mode = Mode.LINKED;
      told = null;
      listener.linked();
    }
  }

  private void refused(Throwable failure) {
    boolean refusal = failure instanceof Replay.JournalRefusedException;
    boolean undecided = refusal || UNDECIDED.contains(code(failure));
    // Messages differ from time to time, and a cut that lasts is to be told of once.
    String step = opened ? "replay " : "open ";
    alone(step + (refusal ? "refused" : code(failure)), text(failure), undecided);
  }

  private void alone(String reason, String why, boolean undecided) {
    mode = Mode.ALONE;
    if (!reason.equals(told)) {
      told = reason;
      listener.alone(why, undecided);
    }
  }

  private static String text(Throwable failure) {
    String code = code(failure);
    return code.isEmpty()
        ? String.valueOf(failure.getMessage())
        : code + ": " + failure.getMessage();
  }
}
