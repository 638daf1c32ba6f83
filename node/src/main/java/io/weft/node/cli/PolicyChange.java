package io.weft.node.cli;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.weft.mesh.MeshLimits;
import io.weft.node.NodeLimits;
import io.weft.node.policy.PolicyEdit;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine.Mixin;

/** A command that changes one thing in the policies of the site, and leaves the rest as it is. */
abstract class PolicyChange extends AdminCommand {
  @Mixin private final Changing changing = new Changing();

  PolicyChange(Shell shell) {
    super(shell);
  }

  /** Returns the text of the policies as they are to be. */
  abstract String changed(PolicyEdit policies);

  /** Returns the name that messages give to the text. */
  abstract String name();

  @Override
  int once() {
    var present = get("/v1/policies");
    var before = present.getString("text", "");
    var after = changed(new PolicyEdit(before));
    if (!asking().json()) {
      LineDiff.of(before, after).forEach(shell.out()::println);
    }
    var path =
        "/v1/policies?expect="
            + present.getLong("epoch")
            + "&name="
            + encoded(name())
            + (changing.dryRun() ? "&dry-run" : "");
    var timeout =
        MeshLimits.BOARD_TIMEOUT
            .plus(NodeLimits.POLICY_ACKNOWLEDGED_TIMEOUT)
            .plus(NodeLimits.ADMIN_TIMEOUT);
    var answer =
        client()
            .send(path, after.getBytes(StandardCharsets.UTF_8), timeout)
            .orElseThrow(
                () ->
                    new AdminFailure(
                        ExitCode.UNREACHABLE,
                        "the node has not answered: see what counts with weft policy get"));
    return tell(ok(answer));
  }

  private int tell(JsonObject answer) {
    boolean well =
        changing.dryRun()
            || answer.getBoolean("acknowledged", true)
            || (changing.waits() && becomesCurrent());
    if (!printedAsJson(answer)) {
      if (changing.dryRun()) {
        say("nothing was changed: it was a dry run");
      } else {
        say(
            "epoch %d counts%s, after %d ms",
            answer.getLong("epoch"),
            well
                ? " on all " + answer.getJsonArray("nodes", new JsonArray()).size() + " nodes"
                : ", but not on every node yet: see weft policy get",
            answer.getLong("tookMillis", 0L));
      }
    }
    return well ? ExitCode.OK : ExitCode.NOT_WELL;
  }
}
