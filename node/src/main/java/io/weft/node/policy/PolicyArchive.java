package io.weft.node.policy;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.weft.mesh.MeshFailure;
import io.weft.mesh.MeshLimits;
import io.weft.mesh.policy.Archive;
import io.weft.mesh.policy.PolicyDocument;
import io.weft.mesh.wire.JsonCodec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The documents that were changed live, such as policies, in a folder of the node's own: {@code
 * <data>/policies/<name>/<epoch>.json}, the last of them.
 */
public final class PolicyArchive implements Archive {
  private static final Logger LOG = LoggerFactory.getLogger(PolicyArchive.class);
  private static final String SUFFIX = ".json";

  /** Bytes of a document: a text at its longest, each byte of it escaped, and the rest. */
  private static final long FILE_MAX_BYTES = 6L * MeshLimits.POLICIES_MAX_BYTES + 4_096;

  private final Vertx vertx;
  private final Path folder;

  /**
   * Creates the archive of a node under a data folder.
   *
   * @param subject what the documents are about, which names the folder
   */
  public PolicyArchive(Vertx vertx, Path data, String subject, String node) {
    this.vertx = vertx;
    folder = data.resolve(subject).resolve(node);
  }

  @Override
  public Future<Void> keep(PolicyDocument document) {
    return vertx.executeBlocking(
        () -> {
          Files.createDirectories(folder);
          var path = folder.resolve(document.epoch() + SUFFIX);
          var draft = folder.resolve(document.epoch() + ".draft");
          write(draft, JsonCodec.encode(document).getBytes());
          Files.move(
              draft, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
          flush(folder);
          forget(document.epoch() - MeshLimits.EPOCHS_KEPT);
          return null;
        });
  }

  private static void write(Path path, byte[] bytes) throws IOException {
    try (var file =
        FileChannel.open(
            path,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      var rest = ByteBuffer.wrap(bytes);
      while (rest.hasRemaining()) {
        file.write(rest);
      }
      file.force(true);
    }
  }

  // The new name itself is only sure to survive once its folder is written.
  private static void flush(Path folder) throws IOException {
    try (var opened = FileChannel.open(folder, StandardOpenOption.READ)) {
      opened.force(true);
    }
  }

  private void forget(long upTo) throws IOException {
    for (var path : files()) {
      if (epoch(path) <= upTo) {
        Files.deleteIfExists(path);
      }
    }
  }

  /** Returns what was kept; a file that cannot be read is left where it is, and out. */
  public Future<List<PolicyDocument>> load() {
    return vertx.executeBlocking(
        () -> {
          var documents = new ArrayList<PolicyDocument>();
          for (var path : files()) {
            try {
              documents.add(read(path));
            } catch (IOException | MeshFailure e) {
              LOG.warn("{} is not used: {}", path, e.getMessage());
            }
          }
          documents.sort(Comparator.comparing(PolicyDocument::epoch));
          return documents;
        });
  }

  private static PolicyDocument read(Path path) throws IOException {
    if (Files.size(path) > FILE_MAX_BYTES) {
      throw new IOException(Files.size(path) + " bytes (limit: " + FILE_MAX_BYTES + ")");
    }
    return JsonCodec.decodeLenient(Buffer.buffer(Files.readAllBytes(path)), PolicyDocument.class);
  }

  private List<Path> files() throws IOException {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (var paths = Files.list(folder)) {
      return paths.filter(path -> epoch(path) > 0).toList();
    }
  }

  /** Returns the epoch that a file's name says; 0 for a file of another kind. */
  private static long epoch(Path path) {
    var name = path.getFileName().toString();
    return name.matches("[1-9][0-9]{0,17}\\.json")
        ? Long.parseLong(name.substring(0, name.length() - SUFFIX.length()))
        : 0;
  }
}
