package io.weft.ledger.embedded;

import java.io.IOException;
import java.nio.file.Path;

/** Another process that uses the server of a data folder until its input ends or it is killed. */
public final class OtherNode {
  private OtherNode() {}

  /**
   * Acquires the server, and says where it listens.
   *
   * @param arguments the data folder
   */
  public static void main(String[] arguments) throws IOException {
    var postgres = EmbeddedPostgres.acquire(Path.of(arguments[0]));
    System.out.println(postgres.uri());
    if (System.in.read() < 0) {
      postgres.release();
    }
  }

  /** Starts such a process. */
  static Process start(Path data) throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            System.getProperty("java.class.path"),
            OtherNode.class.getName(),
            data.toString())
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  /** Returns what a process says first: the URI. */
  static String said(Process node) throws IOException {
    return String.valueOf(node.inputReader().readLine());
  }
}
