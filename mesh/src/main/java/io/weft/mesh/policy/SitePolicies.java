package io.weft.mesh.policy;

import io.vertx.core.Future;
import java.util.List;

/**
 * The policies of a site, for what tells other sites of them or takes them from one. Safe for use
 * by many threads.
 */
public interface SitePolicies {
  /** Those of a node that takes part in no site's: the built-in defaults, which stay. */
  SitePolicies NONE =
      new SitePolicies() {
        @Override
        public PolicyDocument current() {
          return PolicyDocument.NONE;
        }

        @Override
        public List<PolicyDocument> history() {
          return List.of();
        }

        @Override
        public Future<PolicyDocument> adopt(String text, long expected) {
          return Future.failedFuture(
              new IllegalStateException("this node takes part in the policies of no site"));
        }
      };

  /** Returns the document that this node goes by. */
  PolicyDocument current();

  /** Returns the last documents that this node knows of, the newest first. */
  List<PolicyDocument> history();

  /**
   * Makes the text of the hub's policies those of this site's next epoch, as an operator's change.
   *
   * @param expected the epoch of this site that the change was made for
   * @return the document that counts from now on; the present one when its text is the same. Fails
   *     with a {@link PolicyException}, and nothing is changed, when the text is wrong or the epoch
   *     is another. May complete on another thread
   */
  Future<PolicyDocument> adopt(String text, long expected);
}
