package io.weft.node.cli;

import io.weft.ledger.backup.BackupFile;
import io.weft.ledger.backup.Manifest;
import io.weft.node.StartFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * The files of a data folder in which nodes keep what was decided for the whole site: policies that
 * were applied live, and the desired counts. Their names are {@code <subject>/<node>/<epoch>.json}.
 */
final class KeptDocuments {
  private static final List<String> SUBJECTS = List.of("policies", "counts");
  private static final Pattern NAME =
      Pattern.compile("(policies|counts)/([a-z0-9][a-z0-9-]*)/([1-9][0-9]{0,17}\\.json)");

  private final Path data;

  KeptDocuments(Path data) {
    this.data = data;
  }

  /** Reads all that are there, by name. */
  Map<String, byte[]> read() {
    var found = new TreeMap<String, byte[]>();
    try {
      for (var subject : SUBJECTS) {
        var folder = data.resolve(subject);
        if (!Files.isDirectory(folder)) {
          continue;
        }
        try (var paths = Files.walk(folder, 2)) {
          for (var path : paths.filter(Files::isRegularFile).toList()) {
            var name = data.relativize(path).toString();
            if (NAME.matcher(name).matches()) {
              found.put(name, Files.readAllBytes(path));
            }
          }
        }
      }
      return found;
    } catch (IOException e) {
      throw new StartFailure("what nodes keep in " + data + " cannot be read: " + e, e);
    }
  }

  /**
   * Puts those of a backup back.
   *
   * @param nodes who is to have them; empty for those who had them
   */
  void write(BackupFile backup, List<String> nodes) {
    var wanted = new TreeMap<String, byte[]>();
    for (var document : backup.manifest().documents()) {
      var matcher = NAME.matcher(document.name());
      if (!matcher.matches()) {
        throw new StartFailure(
            document.name() + " in the backup is no file of a node: take another backup");
      }
      for (var node : nodes.isEmpty() ? List.of(matcher.group(2)) : nodes) {
        wanted.put(
            matcher.group(1) + "/" + node + "/" + matcher.group(3),
            backup.document(document.name()));
      }
    }
    refuseOthers(wanted);
    wanted.forEach(this::write);
  }

  private void refuseOthers(Map<String, byte[]> wanted) {
    read()
        .forEach(
            (name, bytes) -> {
              if (!Arrays.equals(bytes, wanted.get(name))) {
                throw new StartFailure(
                    data.resolve(name)
                        + " is there already (expected: a data folder without policies and counts"
                        + " of its own); move it away, or name another folder with --data");
              }
            });
  }

  private void write(String name, byte[] bytes) {
    var path = data.resolve(name);
    try {
      Files.createDirectories(path.resolveSibling("."));
      Files.write(path, bytes);
    } catch (IOException e) {
      throw new StartFailure(path + " cannot be written: " + e, e);
    }
  }

  /** Returns how many there are in a backup, in words. */
  static String count(Manifest manifest) {
    int count = manifest.documents().size();
    return count == 1 ? "1 document" : count + " documents";
  }
}
