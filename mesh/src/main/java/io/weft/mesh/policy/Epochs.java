package io.weft.mesh.policy;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.weft.mesh.MeshLimits;
import io.weft.mesh.time.Time;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A node's part in what operators decide for a whole site, such as its policies: takes what is
 * newest, and makes changes.
 *
 * <p>A change is a document of the next epoch, put on the board unless that epoch is taken: of two
 * operators at once one wins, and the other is told. Every node looks at the board when it is told
 * of a change, when another node's announcement shows a newer epoch, and every few seconds; it goes
 * by the newest document there, and puts its own up again when the board has lost it. A document
 * that it cannot read it leaves, and says so.
 *
 * <p>Its state belongs to one event loop; its methods may be called from any thread.
 *
 * @param <P> what a document is read as
 */
public final class Epochs<P> implements SitePolicies {
  private static final Logger LOG = LoggerFactory.getLogger(Epochs.class);
  private static final Comparator<PolicyDocument> BY_AGE =
      Comparator.comparing(PolicyDocument::epoch).thenComparing(PolicyDocument::digest);

  private final String node;
  private final String subject;
  private final Board board;
  private final Archive archive;
  private final Reader<P> reader;
  private final Consumer<P> taken;
  private final Time time;
  private final Executor loop;
  private volatile PolicyDocument current = PolicyDocument.NONE;
  private volatile PolicyStand stand = PolicyStand.DEFAULT;
  private volatile List<PolicyDocument> history = List.of();
  private volatile Consumer<PolicyDocument> listener = document -> {};
  private boolean looking;
  private boolean lookAgain;
  private boolean closed;

  /**
   * Reads a document as this node understands it.
   *
   * @param <P> what it is read as
   */
  @FunctionalInterface
  public interface Reader<P> {
    /**
     * Reads a document.
     *
     * @throws PolicyException if there is anything wrong with its text
     */
    P read(long epoch, String text);
  }

  /**
   * Creates the part of a node that goes by the built-in defaults.
   *
   * @param subject what it is about, in the plural, for people: {@code policies}
   * @param archive keeps what was changed live
   * @param reader reads a document as this node understands it
   * @param taken is told, on the event loop, of what the node goes by from now on
   * @param loop runs tasks on the one event loop
   */
  public Epochs(
      String node,
      String subject,
      Board board,
      Archive archive,
      Reader<P> reader,
      Consumer<P> taken,
      Time time,
      Executor loop) {
    this.node = node;
    this.subject = subject;
    this.board = board;
    this.archive = archive;
    this.reader = reader;
    this.taken = taken;
    this.time = time;
    this.loop = loop;
  }

  /**
   * Takes the site's policies, or, where it has none, those that were kept here, or else the file.
   *
   * @param kept what this node's archive has of earlier lives
   * @param file the text of the node's file, or null when there is none
   */
  public Future<Void> open(List<PolicyDocument> kept, @Nullable String file) {
    return onLoop(
        () -> {
          board.listen(this::look);
          return board
              .all()
              .compose(
                  there -> {
                    remember(kept);
                    remember(there);
                    var newest = history.isEmpty() ? null : history.get(0);
                    if (newest != null) {
                      return take(newest).compose(done -> begin(file));
                    }
                    return file == null
                        ? Future.<Void>succeededFuture()
                        : board
                            .putIfAbsent(document(1, file, 1, PolicyDocument.FILE))
                            .compose(this::take);
                  })
              .compose(done -> exchange())
              .onSuccess(done -> every());
        });
  }

  /** A node that cannot read what the site goes by still has its file. */
  private Future<Void> begin(@Nullable String file) {
    if (stand.refused() != null && file != null) {
      taken.accept(reader.read(0, file));
    }
    return Future.succeededFuture();
  }

  /** Says who is told, on the event loop, of the documents that this node goes by from now on. */
  public void listen(Consumer<PolicyDocument> other) {
    listener = other;
  }

  @Override
  public PolicyDocument current() {
    return current;
  }

  /** Returns which policies this node goes by, for the others. */
  public PolicyStand stand() {
    return stand;
  }

  @Override
  public List<PolicyDocument> history() {
    return history;
  }

  /**
   * Makes a text the policies of the next epoch. The text is checked here as every node checks it;
   * what only an operator's node can tell is to be checked before.
   *
   * @param expected the epoch that the change was made for
   * @return the document that counts from now on; the present one when its text is the same. Fails
   *     with a {@link PolicyException}, and nothing is changed, when the text is wrong or the epoch
   *     is another
   */
  public Future<PolicyDocument> apply(String text, long expected) {
    return change(text, PolicyDocument.APPLIED, expected);
  }

  @Override
  public Future<PolicyDocument> adopt(String text, long expected) {
    return change(text, PolicyDocument.TAKEN, expected);
  }

  private Future<PolicyDocument> change(String text, String how, long expected) {
    return onLoop(() -> exchange().compose(done -> change(text, null, how, expected)));
  }

  /**
   * Makes the text of an earlier epoch that of the next.
   *
   * @param to that epoch, 0 for the built-in defaults; null for the one before that which counts
   *     now, going on from there when that was rolled back to
   * @return as for {@link #apply}
   */
  public Future<PolicyDocument> rollback(@Nullable Long to) {
    return onLoop(
        () ->
            exchange()
                .compose(
                    done -> {
                      var target = to == null ? before() : kept(to);
                      return change(
                          target.text(), target.textOf(), PolicyDocument.ROLLED_BACK, epoch());
                    }));
  }

  private PolicyDocument before() {
    for (var document : history) {
      if (document.epoch() < current.textOf() && document.textOf() == document.epoch()) {
        return document;
      }
    }
    if (current.textOf() == 1) {
      return PolicyDocument.NONE;
    }
    throw PolicyException.invalid(
        List.of(
            "nothing is kept from before epoch "
                + current.textOf()
                + " (expected: an epoch to roll back to): apply a file instead"));
  }

  private PolicyDocument kept(long to) {
    if (to == 0) {
      return PolicyDocument.NONE;
    }
    for (var document : history) {
      if (document.epoch() == to) {
        return document;
      }
    }
    var epochs = history.stream().map(d -> Long.toString(d.epoch())).toList();
    throw PolicyException.invalid(
        List.of(
            "epoch "
                + to
                + " is not kept (expected: 0 for the built-in defaults"
                + (epochs.isEmpty() ? "" : ", or one of " + String.join(", ", epochs))
                + ")"));
  }

  private Future<PolicyDocument> change(
      String text, @Nullable Long textOf, String how, long expected) {
    if (text.equals(current.text())) {
      return Future.succeededFuture(current); // As after an answer that was lost on its way.
    }
    if (epoch() != expected) {
      throw conflict(expected);
    }
    long next = expected + 1;
    reader.read(next, text);
    var document = document(next, text, textOf == null ? next : textOf, how);
    return board
        .putIfAbsent(document)
        .compose(
            there ->
                take(there)
                    .compose(
                        done ->
                            there.equals(document)
                                ? prune(document)
                                : Future.failedFuture(conflict(expected))));
  }

  private PolicyException conflict(long expected) {
    return PolicyException.conflict(
        "the site is at epoch "
            + epoch()
            + (current.by().isEmpty() ? "" : ", " + current.how() + " at " + current.by())
            + " (expected: "
            + expected
            + "): somebody changed the "
            + subject
            + " meanwhile; look at them, and apply again");
  }

  private long epoch() {
    return current.epoch();
  }

  private PolicyDocument document(long epoch, String text, long textOf, String how) {
    return new PolicyDocument(epoch, text, textOf, how, node, time.wall().now().toString());
  }

  /**
   * The board forgets what the history forgets; that it failed to shows in nothing but its size.
   */
  private Future<PolicyDocument> prune(PolicyDocument document) {
    long last = document.epoch() - MeshLimits.EPOCHS_KEPT;
    return (last < 1 ? Future.<Void>succeededFuture() : board.remove(last))
        .otherwiseEmpty()
        .map(document);
  }

  /** Takes note of what another node goes by: when that is newer, there is something to find. */
  public void heard(PolicyStand other) {
    if (PolicyDocument.newer(other.epoch(), other.digest(), stand.epoch(), stand.digest())) {
      look();
    }
  }

  /** Looks at the board soon. */
  public void look() {
    loop.execute(
        () -> {
          if (closed) {
            return;
          }
          if (looking) {
            lookAgain = true;
            return;
          }
          looking = true;
          exchange()
              .onComplete(
                  (done, failure) -> {
                    looking = false;
                    if (failure != null) {
                      LOG.warn("The site's {} could not be looked at", subject, failure);
                    } else if (lookAgain) {
                      lookAgain = false;
                      look();
                    }
                  });
        });
  }

  /** Looks at the board no more. */
  public void close() {
    loop.execute(() -> closed = true);
  }

  private void every() {
    time.timers()
        .after(
            MeshLimits.REASSERT_INTERVAL,
            () -> {
              if (!closed) {
                look();
                every();
              }
            });
  }

  /** Takes what is newer on the board, or puts up what is newer here. */
  private Future<Void> exchange() {
    return board
        .newest()
        .compose(
            found -> {
              var there = found.orElse(PolicyDocument.NONE);
              if (there.newerThan(current)) {
                return board
                    .all()
                    .compose(
                        all -> {
                          remember(all);
                          return take(there);
                        });
              }
              return current.newerThan(there) ? putUp() : Future.succeededFuture();
            });
  }

  private Future<Void> putUp() {
    var document = current;
    return board
        .putIfAbsent(document)
        .compose(
            there ->
                document.newerThan(there)
                    ? board.replace(there, document).mapEmpty()
                    : Future.succeededFuture());
  }

  /** Goes by a document if it is newer than the present one and can be read. */
  private Future<Void> take(PolicyDocument document) {
    remember(List.of(document));
    if (!document.newerThan(current)) {
      return Future.succeededFuture();
    }
    P content;
    try {
      content = reader.read(document.epoch(), document.text());
    } catch (PolicyException e) {
      refuse(document, e);
      return Future.succeededFuture();
    }
    var keeping =
        document.how().equals(PolicyDocument.FILE)
            ? Future.<Void>succeededFuture()
            : archive.keep(document);
    return keeping
        .recover(
            failure -> {
              LOG.warn(
                  "Epoch {} of the {} counts, but could not be kept here for a restart",
                  document.epoch(),
                  subject,
                  failure);
              return Future.succeededFuture();
            })
        .onSuccess(kept -> go(document, content));
  }

  private void go(PolicyDocument document, P content) {
    if (!document.newerThan(current)) {
      return; // A newer one came while this one was kept.
    }
    current = document;
    stand = new PolicyStand(document.epoch(), document.digest(), null);
    listener.accept(document);
    taken.accept(content);
  }

  private void refuse(PolicyDocument document, PolicyException why) {
    var refused = "epoch " + document.epoch() + ": " + why.getMessage();
    if (refused.length() > MeshLimits.COMPLAINT_MAX_CHARS) {
      refused = refused.substring(0, MeshLimits.COMPLAINT_MAX_CHARS);
    }
    if (!refused.equals(stand.refused())) {
      stand = new PolicyStand(stand.epoch(), stand.digest(), refused);
      LOG.error("This node stays at epoch {} of the {}: {}", stand.epoch(), subject, refused);
    }
  }

  private void remember(List<PolicyDocument> documents) {
    var known = new HashMap<Long, PolicyDocument>();
    for (var document : history) {
      known.put(document.epoch(), document);
    }
    for (var document : documents) {
      known.merge(document.epoch(), document, (a, b) -> b.newerThan(a) ? b : a);
    }
    var sorted = new ArrayList<>(known.values());
    sorted.sort(BY_AGE.reversed());
    history = List.copyOf(sorted.subList(0, Math.min(sorted.size(), MeshLimits.EPOCHS_KEPT)));
  }

  /**
   * Runs a task on the event loop; what it throws, and its not ending in time, fails the future.
   */
  private <T> Future<T> onLoop(Supplier<Future<T>> task) {
    Promise<T> done = Promise.promise();
    loop.execute(
        () -> {
          var late =
              time.timers()
                  .after(
                      MeshLimits.BOARD_TIMEOUT,
                      () ->
                          done.tryFail(
                              new IllegalStateException(
                                  "the site did not answer within "
                                      + MeshLimits.BOARD_TIMEOUT.toSeconds()
                                      + " s: the change may have been made; look at the "
                                      + subject
                                      + " before you make it again")));
          Future.succeededFuture()
              .compose(go -> task.get())
              .onComplete(
                  (value, failure) -> {
                    late.cancel();
                    if (failure == null) {
                      done.tryComplete(value);
                    } else {
                      done.tryFail(failure);
                    }
                  });
        });
    return done.future();
  }
}
