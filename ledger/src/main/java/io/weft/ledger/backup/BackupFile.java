package io.weft.ledger.backup;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * A backup to be read: a ZIP archive with a text per table, as COPY writes it, the documents, and
 * the manifest that says what all of it must be.
 */
public final class BackupFile implements AutoCloseable {
  static final String MANIFEST = "manifest.json";

  private static final String NOT_AS_WRITTEN = " is not what was written";

  private final Path path;
  private final ZipFile zip;
  private final Manifest manifest;

  private BackupFile(Path path, ZipFile zip) throws IOException {
    this.path = path;
    this.zip = zip;
    manifest = Manifest.read(new String(bytes(MANIFEST), StandardCharsets.UTF_8));
  }

  /**
   * Opens a backup, and reads all of it once to see whether it is as it was written; blocks.
   *
   * @throws BackupException if it is not
   */
  public static BackupFile open(Path path) {
    if (!Files.isRegularFile(path)) {
      throw new BackupException(path + ": no such file (expected: a backup)");
    }
    ZipFile zip;
    try {
      zip = new ZipFile(path.toFile(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new BackupException(
          path + " is no backup, or was cut short (" + e.getMessage() + "): take another one", e);
    }
    try {
      var file = new BackupFile(path, zip);
      file.check();
      return file;
    } catch (IOException | BackupException e) {
      try {
        zip.close();
      } catch (IOException closing) {
        e.addSuppressed(closing);
      }
      throw e instanceof BackupException known ? known : damaged(path, e);
    }
  }

  private static BackupException damaged(Path path, Exception e) {
    return new BackupException(path + " is damaged (" + e.getMessage() + "): take another one", e);
  }

  /** Returns what it holds. */
  public Manifest manifest() {
    return manifest;
  }

  /** Returns a document that is kept beside the tables. */
  public byte[] document(String name) {
    try {
      return bytes(name);
    } catch (IOException e) {
      throw damaged(path, e);
    }
  }

  /** Opens the rows of a table. */
  InputStream rows(String service, String table) throws IOException {
    return entry(Backup.entry(service, table));
  }

  private void check() throws IOException {
    for (var service : manifest.services()) {
      for (var table : service.tables()) {
        check(Backup.entry(service.name(), table.name()), table.sha256());
      }
    }
    for (var document : manifest.documents()) {
      check(document.name(), document.sha256());
    }
  }

  private void check(String name, String sha256) throws IOException {
    try (var in = new DigestInputStream(entry(name), Digests.sha256())) {
      in.transferTo(java.io.OutputStream.nullOutputStream());
      if (!Digests.text(in.getMessageDigest()).equals(sha256)) {
        throw new IOException(name + NOT_AS_WRITTEN);
      }
    }
  }

  private byte[] bytes(String name) throws IOException {
    var entry = found(name);
    try (var in = zip.getInputStream(entry)) {
      var bytes = in.readNBytes(BackupLimits.DOCUMENT_MAX_BYTES + 1);
      if (bytes.length > BackupLimits.DOCUMENT_MAX_BYTES) {
        throw new IOException(
            name + " has more than " + BackupLimits.DOCUMENT_MAX_BYTES + " bytes");
      }
      // A ZipFile leaves that to its readers.
      var sum = new CRC32();
      sum.update(bytes);
      if (sum.getValue() != entry.getCrc()) {
        throw new IOException(name + NOT_AS_WRITTEN);
      }
      return bytes;
    }
  }

  private InputStream entry(String name) throws IOException {
    return zip.getInputStream(found(name));
  }

  private ZipEntry found(String name) throws IOException {
    ZipEntry entry = zip.getEntry(name);
    if (entry == null) {
      throw new IOException(name + " is missing");
    }
    return entry;
  }

  @Override
  public void close() {
    try {
      zip.close();
    } catch (IOException e) {
      throw damaged(path, e);
    }
  }
}
