package io.weft.node.cli;

import io.weft.node.StartFailure;

/** Why a node did not do what a command asked for, as one line, and with which code that ends. */
final class AdminFailure extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private static final int UNAUTHENTICATED = 401;
  private static final int FORBIDDEN = 403;
  private static final int CONFLICT = 409;
  private static final int PRECONDITION_FAILED = 412;
  private static final int SERVER_ERROR = 500;

  private final int code;

  /** Creates the failure from its {@link ExitCode} and its one line. */
  AdminFailure(int code, String line) {
    super(StartFailure.oneLine(line), null, false, false);
    this.code = code;
  }

  /** Returns the failure that an answer of the admin API tells of. */
  static AdminFailure of(AdminClient.Answer answer) {
    var body = answer.body();
    var line = body.getString("detail", body.getString("title", unsaid(answer.status())));
    return new AdminFailure(
        switch (answer.status()) {
          case UNAUTHENTICATED, FORBIDDEN -> ExitCode.DENIED;
          case CONFLICT, PRECONDITION_FAILED -> ExitCode.CONFLICT;
          default -> answer.status() >= SERVER_ERROR ? ExitCode.NOT_WELL : ExitCode.REFUSED;
        },
        line);
  }

  private static String unsaid(int status) {
    return status == UNAUTHENTICATED
        ? "a token of an operator is wanted: put one into WEFT_TOKEN"
        : "status " + status;
  }

  /** Returns the command's {@link ExitCode}. */
  int code() {
    return code;
  }
}
