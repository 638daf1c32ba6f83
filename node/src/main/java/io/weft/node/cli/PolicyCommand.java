package io.weft.node.cli;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.weft.mesh.MeshLimits;
import io.weft.mesh.policy.PolicyException;
import io.weft.node.NodeLimits;
import io.weft.node.StartFailure;
import io.weft.node.policy.PolicyFile;
import io.weft.node.yaml.YamlException;
import io.weft.node.yaml.YamlText;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code weft policy}: shows the policies of the site, and changes them while the nodes run. */
@Command(
    name = "policy",
    description = {
      "The policies of the site, which count on all of its nodes.",
      "  get, show         what counts, since when, and which nodes go by it",
      "  diff FILE         what would change; exit code 1 when something would",
      "  check FILE        whether a file is right; changes nothing",
      "  apply FILE        makes a file count, and waits until every node goes by it",
      "  rollback [EPOCH]  makes what counted before count again; 0 for what is built in"
    })
final class PolicyCommand extends AdminCommand {
  private static final String NONE = "-";
  private static final String FILE_NAME = "[A-Za-z0-9._/~ -]{1,128}";

  @Parameters(
      index = "0",
      paramLabel = "get|diff|check|apply|rollback",
      completionCandidates = Choices.PolicyActions.class,
      description = "what to do")
  private String action = "";

  @Parameters(index = "1", arity = "0..1", paramLabel = "FILE|EPOCH", description = "of what")
  private @Nullable String argument;

  @Mixin private final Changing changing = new Changing();

  /** A node that answered, and what it said. */
  private record Asked(AdminClient admin, JsonObject body) {}

  PolicyCommand(Shell shell) {
    super(shell);
  }

  @Override
  int once() {
    return switch (action) {
      case "get", "show" -> show(node().body());
      case "diff" -> diff();
      case "check" -> check();
      case "apply" -> apply();
      case "rollback" -> rollback();
      default ->
          throw new StartFailure(
              "\"" + action + "\" (expected: get, diff, check, apply or rollback)");
    };
  }

  private int show(JsonObject body) {
    if (printedAsJson(body)) {
      return ExitCode.OK;
    }
    var out = shell.out();
    out.printf(Locale.ROOT, "epoch %d, %s%n", body.getLong("epoch"), origin(body));
    boolean well = nodes(body);
    var history = body.getJsonArray("history", new JsonArray());
    if (!history.isEmpty()) {
      var table = new Table("EPOCH", "HOW", "BY", "AT", "DIGEST");
      history.forEach(item -> epoch(table, (JsonObject) item));
      out.println();
      table.print(out);
    }
    out.println();
    out.println(body.getString("text", "").stripTrailing());
    return well ? ExitCode.OK : ExitCode.NOT_WELL;
  }

  private static void epoch(Table table, JsonObject document) {
    table.row(
        String.valueOf(document.getLong("epoch")),
        how(document),
        document.getString("by", NONE),
        document.getString("at", NONE),
        document.getString("digest", NONE));
  }

  private static String how(JsonObject document) {
    var how = document.getString("how", NONE);
    long of = document.getLong("textOf", 0L);
    return of == document.getLong("epoch", 0L) ? how : how + " to " + of;
  }

  private static String origin(JsonObject document) {
    var by = document.getString("by", "");
    return by.isEmpty()
        ? how(document)
        : how(document) + " at " + by + ", " + document.getString("at", NONE);
  }

  /** Prints which nodes go by what; returns whether all go by the same. */
  private boolean nodes(JsonObject body) {
    var table = new Table("NODE", "EPOCH", "STATE");
    var notes = new ArrayList<String>();
    boolean well = true;
    for (var item : body.getJsonArray("nodes", new JsonArray())) {
      var node = (JsonObject) item;
      var state = node.getString("state", NONE);
      table.row(node.getString("node", NONE), String.valueOf(node.getLong("epoch", 0L)), state);
      well &= state.equals("current") || state.equals("lost");
      if (node.containsKey("refused")) {
        notes.add(node.getString("node") + ": " + node.getString("refused"));
      }
    }
    if (body.containsKey("behind")) {
      notes.add(body.getString("node") + " is behind: " + body.getString("behind"));
      well = false;
    }
    if (body.containsKey("follows")) {
      notes.add(
          "this site goes by the policies of its hub: a change here counts until the hub has newer"
              + " ones");
    }
    table.print(shell.out());
    notes.forEach(note -> shell.out().println("! " + StartFailure.oneLine(note)));
    return well;
  }

  private int diff() {
    var file = file();
    var lines = LineDiff.of(node().body().getString("text", ""), file.content());
    lines.forEach(shell.out()::println);
    return lines.isEmpty() ? ExitCode.OK : ExitCode.NOT_WELL;
  }

  private int check() {
    var file = file();
    var asked = ask();
    if (asked == null) {
      return checkHere(file);
    }
    var answer = checked(asked, file);
    return answer.status() == 200 ? right(answer.body()) : refused(answer);
  }

  private AdminClient.Answer checked(Asked asked, YamlText file) {
    return asked
        .admin()
        .send("/v1/policies?dry-run&name=" + name(), bytes(file), NodeLimits.ADMIN_TIMEOUT)
        .orElseThrow(PolicyCommand::silent);
  }

  private int right(JsonObject body) {
    shell
        .out()
        .printf(
            Locale.ROOT,
            "%s is right%s%n",
            argument,
            body.getBoolean("changed", false)
                ? ""
                : ", and is what counts: epoch " + body.getLong("epoch"));
    return ExitCode.OK;
  }

  /** Without a node, services and operations cannot be told from misspelt ones. */
  private int checkHere(YamlText file) {
    try {
      PolicyFile.read(0, file.content(), String.valueOf(argument), null);
    } catch (PolicyException e) {
      e.problems().forEach(shell.err()::println);
      return ExitCode.REFUSED;
    }
    shell.out().printf("%s is right; no node runs here to ask who serves what%n", argument);
    return ExitCode.OK;
  }

  private int apply() {
    var file = file();
    var asked = node();
    var checked = checked(asked, file);
    if (checked.status() != 200) {
      return refused(checked);
    }
    var lines = LineDiff.of(asked.body().getString("text", ""), file.content());
    if (!asking().json()) {
      lines.forEach(shell.out()::println);
    }
    if (changing.dryRun()) {
      return right(checked.body());
    }
    var path = "/v1/policies?expect=" + asked.body().getLong("epoch") + "&name=" + name();
    return tell(
        asked.admin().send(path, bytes(file), patience()).orElseThrow(PolicyCommand::silent));
  }

  private int rollback() {
    if (argument != null && !argument.matches("[0-9]{1,18}")) {
      throw new StartFailure("\"" + argument + "\" (expected: an epoch, as show lists them)");
    }
    if (changing.dryRun()) {
      throw new StartFailure("rollback has no dry run: show lists what counted before");
    }
    var path = "/v1/policies/rollback" + (argument == null ? "" : "?to=" + argument);
    return tell(
        node().admin().post(path, new JsonObject(), patience()).orElseThrow(PolicyCommand::silent));
  }

  private static Duration patience() {
    return MeshLimits.BOARD_TIMEOUT
        .plus(NodeLimits.POLICY_ACKNOWLEDGED_TIMEOUT)
        .plus(NodeLimits.ADMIN_TIMEOUT);
  }

  private static AdminFailure silent() {
    return new AdminFailure(
        ExitCode.UNREACHABLE,
        "the node does not answer any more: look at what counts with scripts/policy.sh show");
  }

  private int tell(AdminClient.Answer answer) {
    var body = answer.body();
    if (answer.status() != 200) {
      return refused(answer);
    }
    boolean acknowledged =
        body.getBoolean("acknowledged", true) || (changing.waits() && becomesCurrent());
    if (printedAsJson(body)) {
      return acknowledged ? ExitCode.OK : ExitCode.NOT_WELL;
    }
    if (!body.getBoolean("changed", true)) {
      shell.out().printf(Locale.ROOT, "nothing to change: it is epoch %d%n", body.getLong("epoch"));
    }
    boolean well = (nodes(body) || changing.waits()) && acknowledged;
    shell
        .out()
        .printf(
            Locale.ROOT,
            "epoch %d counts%s, after %d ms%n",
            body.getLong("epoch"),
            well ? " on every node" : ", but not on every node yet: see scripts/policy.sh show",
            body.getLong("tookMillis", 0L));
    return well ? ExitCode.OK : ExitCode.NOT_WELL;
  }

  private int refused(AdminClient.Answer answer) {
    var errors = answer.body().getJsonArray("errors", new JsonArray());
    if (errors.isEmpty()) {
      throw AdminFailure.of(answer);
    }
    errors.forEach(error -> shell.err().println(((JsonObject) error).getString("detail")));
    return ExitCode.REFUSED;
  }

  private YamlText file() {
    if (argument == null) {
      throw new StartFailure(action + ": no file (expected: one, as in " + PolicyFile.FILE + ")");
    }
    try {
      return YamlText.of(
          shell.workingFolder().resolve(argument),
          argument,
          MeshLimits.POLICIES_MAX_BYTES,
          "keep only policies in it",
          "name a readable file");
    } catch (YamlException e) {
      throw new StartFailure(String.valueOf(e.getMessage()), e);
    }
  }

  private static byte[] bytes(YamlText file) {
    return file.content().getBytes(StandardCharsets.UTF_8);
  }

  private String name() {
    var name = argument != null && argument.matches(FILE_NAME) ? argument : "the file";
    return URLEncoder.encode(name, StandardCharsets.UTF_8);
  }

  private Asked node() {
    var admin = client();
    return new Asked(admin, ok(admin.get("/v1/policies").orElseThrow(PolicyCommand::silent)));
  }

  /** Returns a node that answers, or null when there is none. */
  private @Nullable Asked ask() {
    try {
      return node();
    } catch (AdminFailure e) {
      if (e.code() == ExitCode.UNREACHABLE) {
        return null;
      }
      throw e;
    }
  }
}
