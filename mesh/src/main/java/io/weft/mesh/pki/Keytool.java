package io.weft.mesh.pki;

import io.weft.mesh.MeshLimits;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The JDK's keytool, which alone in the JDK can sign certificates. Each step blocks. */
final class Keytool {
  /** In which variable keytool finds the password: its arguments can be read by anybody. */
  private static final String PASSWORD_VARIABLE = "WEFT_STORE_PASSWORD";

  private final Path folder;
  private final String password;

  /** Creates a keytool that works in a folder, on stores that all have one password. */
  Keytool(Path folder, String password) {
    this.folder = folder;
    this.password = password;
  }

  void run(String... arguments) throws IOException {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.addAll(List.of(arguments));
    command.addAll(List.of("-storetype", "PKCS12", "-storepass:env", PASSWORD_VARIABLE));
    var said = folder.resolve("keytool.log");
    var builder =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(said.toFile());
    builder.environment().put(PASSWORD_VARIABLE, password);
    var process = builder.start();
    try {
      if (!process.waitFor(MeshLimits.KEYTOOL_TIMEOUT.toSeconds(), TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new IOException("keytool was not done within " + MeshLimits.KEYTOOL_TIMEOUT);
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
      throw new IOException("keytool was interrupted", e);
    }
    if (process.exitValue() != 0) {
      throw new IOException(
          "keytool "
              + arguments[0]
              + " failed: "
              + Files.readString(said, StandardCharsets.UTF_8).strip());
    }
  }
}
