package io.weft.node.scale;

import io.vertx.core.Future;
import io.weft.mesh.policy.Archive;
import io.weft.mesh.policy.Epochs;
import io.weft.mesh.policy.PolicyDocument;
import io.weft.mesh.policy.PolicyException;
import io.weft.node.NodeLimits;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The site's desired counts as this node knows them, and how they are changed.
 *
 * <p>They are documents of epochs, as the policies are: on a board that the nodes share, and in
 * each node's archive. So they outlive nodes and the whole site, two changes at once do not undo
 * each other, and every node goes by the newest. Safe for use from any thread.
 */
public final class CountsDesk {
  private final Epochs<Standing> epochs;
  private volatile Standing standing = new Standing(0, DesiredCounts.NONE);

  /**
   * What counts, and since which epoch.
   *
   * @param epoch 0 before anybody has decided anything
   * @param counts the desired counts
   */
  public record Standing(long epoch, DesiredCounts counts) {}

  /** Makes the node's part in the counts of its site. */
  @FunctionalInterface
  public interface Maker {
    /** Returns a part that is not open yet. */
    Epochs<Standing> make(
        Archive archive, Epochs.Reader<Standing> reader, Consumer<Standing> taken);
  }

  /**
   * Creates the desk of a node that knows of no counts yet.
   *
   * @param archive keeps the counts on this host
   */
  public CountsDesk(Maker maker, Archive archive) {
    epochs =
        maker.make(
            archive,
            (epoch, text) -> new Standing(epoch, DesiredCounts.read(text)),
            taken -> standing = taken);
  }

  /** Takes the site's counts, or else those that were kept here. */
  public Future<Void> open(List<PolicyDocument> kept) {
    return epochs.open(kept, null);
  }

  /** Stops looking for changes. */
  public void close() {
    epochs.close();
  }

  /** Returns what counts at present. */
  public Standing standing() {
    return standing;
  }

  /** Returns the last documents, the newest first. */
  public List<PolicyDocument> history() {
    return epochs.history();
  }

  /**
   * Changes the counts.
   *
   * @param change makes the new counts of those that count then; may be asked again
   * @param expected the epoch that the change was made for; null to change whatever counts
   * @return fails with a {@link PolicyException}, and nothing is changed, when the epoch is another
   */
  Future<Standing> change(UnaryOperator<DesiredCounts> change, @Nullable Long expected) {
    return change(change, expected, NodeLimits.SCALE_CONFLICTS_MAX);
  }

  private Future<Standing> change(
      UnaryOperator<DesiredCounts> change, @Nullable Long expected, int tries) {
    var before = standing;
    if (expected != null && expected != before.epoch()) {
      return Future.failedFuture(conflict(expected));
    }
    DesiredCounts next;
    try {
      next = change.apply(before.counts());
    } catch (RuntimeException e) {
      return Future.failedFuture(e);
    }
    if (next.services().equals(before.counts().services())) {
      return Future.succeededFuture(before);
    }
    return epochs
        .apply(next.text(), before.epoch())
        .map(document -> new Standing(document.epoch(), next))
        .recover(
            e ->
                e instanceof PolicyException refused && refused.isConflict()
                    ? expected == null && tries > 1
                        ? change(change, null, tries - 1)
                        : Future.failedFuture(conflict(expected))
                    : Future.failedFuture(e));
  }

  private PolicyException conflict(@Nullable Long expected) {
    var newest = epochs.current();
    return PolicyException.conflict(
        "the desired counts are at epoch "
            + newest.epoch()
            + (expected == null ? "" : " (expected: " + expected + ")")
            + ", changed at "
            + newest.at()
            + " on node "
            + newest.by()
            + ": "
            + standing.counts().why()
            + "; look at them with scripts/weft scale, and scale again");
  }
}
