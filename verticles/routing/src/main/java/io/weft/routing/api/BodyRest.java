package io.weft.routing.api;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.weft.mesh.CallOptions;
import io.weft.mesh.ItemStream;
import io.weft.mesh.Mesh;
import io.weft.mesh.MeshFailure.Application;
import io.weft.mesh.StreamOperation;
import java.util.regex.Pattern;

/**
 * The ticket to the rest of a body that was too long to travel with its message: whoever has the
 * message opens the rest, once, as a stream from the node that has it.
 *
 * @param node the only node that has it
 * @param operation the stream operation that answers with it
 * @param id the name of this body there
 * @param bytes how many bytes are left, or -1 when that is not known
 */
public record BodyRest(String node, String operation, String id, long bytes) {
  /** The code of the failure when the rest was fetched before, or not soon enough. */
  public static final String GONE = "body.gone";

  /** Says how the operations that answer with bodies are called, of whatever service. */
  public static final String VERB = "body-";

  private static final Pattern OPERATION =
      Pattern.compile("[a-z][a-z0-9-]{0,62}\\." + VERB + "[0-9a-f]{1,8}");

  /**
   * Checks the operation, which may come from outside: a ticket opens bodies and nothing else.
   *
   * @throws Application {@code request.invalid}
   */
  public BodyRest {
    if (!OPERATION.matcher(operation).matches()) {
      throw new Application("request.invalid", operation + " (expected: an operation of bodies)");
    }
  }

  /** Returns the operation that answers with bodies, of a name. */
  public static StreamOperation<Buffer, Buffer> operation(String name) {
    return StreamOperation.of(name, Buffer.class, Buffer.class);
  }

  /**
   * Opens the rest. It comes as fast as it is read, on the context that opens it.
   *
   * @return the rest; fails with {@link #GONE} the second time
   */
  public Future<ItemStream<Buffer>> open(Mesh mesh, CallOptions options) {
    return mesh.open(operation(operation), Buffer.buffer(id), options.withNode(node));
  }
}
