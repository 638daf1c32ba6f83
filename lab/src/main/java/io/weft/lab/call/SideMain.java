package io.weft.lab.call;

import io.weft.lab.ChildProcess;
import io.weft.lab.Commands;
import io.weft.lab.LabException;
import java.io.IOException;

/** The entry point of the processes that are measured, each one half of a system. */
public final class SideMain {
  /** The role that serves. */
  static final String SERVE = "serve";

  /** The role that calls. */
  static final String CALL = "call";

  private SideMain() {}

  /**
   * Starts a process that is one half of a system.
   *
   * @param role {@link #SERVE} or {@link #CALL}
   */
  static ChildProcess start(String role, SystemUnderTest system) {
    var name = system.label() + " (" + role + ")";
    return new ChildProcess(name, SideMain.class, role, system.label());
  }

  /** Runs one half of a system: {@code serve|call SYSTEM}. */
  public static void main(String[] arguments) throws IOException {
    var system =
        SystemUnderTest.named(arguments[1])
            .orElseThrow(() -> new LabException("no system: " + arguments[1]));
    var side =
        arguments[0].equals(SERVE)
            ? new ServingSide(system.server())
            : new CallingSide(system.client());
    Runtime.getRuntime().addShutdownHook(new Thread(side::kill));
    Commands.obey(side::handle);
    System.exit(0);
  }
}
