package io.weft.node.cli;

import io.vertx.core.json.JsonObject;
import io.weft.node.NodeLimits;
import java.util.TreeMap;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code weft doctor}: what must hold in a site that is well, looked into. */
@Command(
    name = "doctor",
    description = {
      "Looks whether what must hold in a site holds, and says how to mend what does not.",
      "Exit code 1 when a check fails. docs/OPERATIONS.md has the codes."
    })
final class DoctorCommand extends AdminCommand {
  private static final String PASS = "PASS";

  @Option(names = "--all", description = "those that pass too, subject by subject")
  private boolean all;

  DoctorCommand(Shell shell) {
    super(shell);
  }

  @Override
  int once() {
    var answer = get("/v1/doctor", NodeLimits.ADMIN_DOCTOR_TIMEOUT);
    if (!printedAsJson(answer)) {
      tell(this, answer, all);
    }
    return answer.getString("worst").equals("FAIL") ? ExitCode.NOT_WELL : ExitCode.OK;
  }

  /**
   * Prints what checks found, those that pass in short.
   *
   * @param all also those that pass, subject by subject
   */
  static void tell(AdminCommand to, JsonObject answer, boolean all) {
    var byCode =
        objects(answer, "checks").collect(Collectors.groupingBy(check -> check.getString("code")));
    new TreeMap<>(byCode)
        .forEach(
            (code, checks) -> {
              var wrong = checks.stream().filter(c -> !passes(c)).toList();
              (all ? checks : wrong.isEmpty() ? checks.subList(0, 1) : wrong)
                  .forEach(check -> tell(to, check, all, checks.size()));
            });
    to.say(
        "%s: %s pass, %s warn, %s fail",
        answer.getString("worst"),
        count(answer, PASS),
        count(answer, "WARN"),
        count(answer, "FAIL"));
  }

  private static long count(JsonObject answer, String status) {
    return objects(answer, "checks").filter(c -> c.getString("status").equals(status)).count();
  }

  private static boolean passes(JsonObject check) {
    return check.getString("status").equals(PASS);
  }

  private static void tell(AdminCommand to, JsonObject check, boolean all, int of) {
    boolean summed = passes(check) && !all && of > 1;
    to.say(
        "%-4s %s %s%s%s",
        check.getString("status"),
        check.getString("code"),
        check.getString("name"),
        summed ? " (" + of + ")" : ": " + check.getString("subject"),
        summed ? "" : ": " + check.getString("detail"));
    if (!passes(check)) {
      to.say("     -> %s", check.getString("fix"));
    }
  }
}
