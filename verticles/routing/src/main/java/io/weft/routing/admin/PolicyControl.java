package io.weft.routing.admin;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import org.jspecify.annotations.Nullable;

/**
 * Shows and changes the site's policies; the node does it.
 *
 * <p>Futures complete on the context that called. They fail with a {@link
 * io.weft.mesh.policy.PolicyException} when a change is refused, and then nothing is changed.
 */
public interface PolicyControl {
  /** Returns the policies that count, which nodes go by them, and what counted before. */
  JsonObject show();

  /**
   * Makes a file the policies of the next epoch, and waits a while until every node goes by them.
   *
   * @param file the bytes of the file
   * @param name what messages call it
   * @param expected the epoch that the change was made for
   * @param dryRun whether only to check it
   * @return what counts then, and which nodes go by it
   */
  Future<JsonObject> apply(Buffer file, String name, long expected, boolean dryRun);

  /**
   * Makes the policies of an earlier epoch those of the next, and waits as {@link #apply} does.
   *
   * @param to that epoch, 0 for the built-in defaults; null for the one before
   */
  Future<JsonObject> rollback(@Nullable Long to);
}
