package io.weft.routing.contract;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Remembers in a file which document was found valid last, by its digest.
 *
 * <p>To hold a document against its schema takes longer than much else at the start of a node, and
 * comes to the same each time. The file is only a help: what it cannot tell, or cannot be told, is
 * found out again. Every method blocks.
 *
 * @param file where it is remembered; null to find out each time
 * @param by a class of the library that finds out: another version of it may find other faults
 */
public record FoundValid(@Nullable Path file, Class<?> by) {
  private static final Logger LOG = LoggerFactory.getLogger(FoundValid.class);
  private static final int FILE_MAX_BYTES = 256;

  /** Returns whether this very document was found valid by this very library. */
  public boolean has(byte[] document) {
    if (file == null) {
      return false;
    }
    try {
      return Files.exists(file)
          && Files.size(file) <= FILE_MAX_BYTES
          && Files.readString(file).strip().equals(digest(document));
    } catch (IOException e) {
      LOG.debug("{} cannot be read", file, e);
      return false;
    }
  }

  /** Remembers a document that was found valid. */
  public void add(byte[] document) {
    if (file == null) {
      return;
    }
    try {
      var draft = Files.createTempFile(file.toAbsolutePath().getParent(), "valid", ".draft");
      Files.writeString(draft, digest(document) + "\n");
      Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      LOG.debug("{} cannot be written", file, e);
    }
  }

  private String digest(byte[] document) {
    try {
      var digest = MessageDigest.getInstance("SHA-256");
      digest.update(library().getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest.digest(document));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  private String library() {
    var source = by.getProtectionDomain().getCodeSource();
    return source == null ? by.getName() : source.getLocation().getPath();
  }
}
