package io.weft.node.cli;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.weft.node.NodeFile;
import io.weft.node.NodeLimits;
import io.weft.node.StartFailure;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code weft upstream}: lets HTTP services join the mesh while the nodes run, and leave it. */
@Command(
    name = "upstream",
    description = {
      "HTTP services, in any language, that are services of the mesh.",
      "  add NAME     lets one join, or changes it, at every node that runs here",
      "  remove NAME  lets one go, at every node that runs here",
      "  list         those that have joined, with their endpoints and how they are",
      "What is added lasts as long as the nodes run; conf/node.yaml has what is to stay."
    })
final class UpstreamCommand extends ShellCommand {
  private static final String PATH = "/v1/upstreams";

  @Parameters(index = "0", paramLabel = "add|remove|list", description = "what to do")
  private String action = "";

  @Parameters(index = "1", arity = "0..1", paramLabel = "NAME", description = "the service's name")
  private @Nullable String name;

  @Option(names = "--endpoint", paramLabel = "HOST:PORT", description = "where it listens")
  private List<String> endpoints = List.of();

  @Option(names = "--health", paramLabel = "PATH", description = "asked to know how it is")
  private @Nullable String health;

  @Option(
      names = "--interval",
      paramLabel = "MILLISECONDS",
      description = "between two checks (default: 2000)")
  private @Nullable Integer intervalMillis;

  @Option(names = "--path", paramLabel = "PREFIX", description = "requests below it go there")
  private @Nullable String path;

  @Option(names = "--host", paramLabel = "NAME", description = "requests to that host go there")
  private @Nullable String host;

  @Option(
      names = "--header",
      paramLabel = "NAME: VALUE",
      description = "requests with that header field go there")
  private @Nullable String header;

  @Option(names = "--rewrite", paramLabel = "PREFIX", description = "what its prefix becomes")
  private @Nullable String rewrite;

  @Option(names = "--version", paramLabel = "VERSION", description = "its version (default: 1.0.0)")
  private @Nullable String version;

  @Option(names = "--zone", paramLabel = "ZONE", description = "only nodes there stand for it")
  private @Nullable String zone;

  @Option(
      names = "--timeout",
      paramLabel = "MILLISECONDS",
      description = "how long an answer is of use (default: as the policies say)")
  private @Nullable Integer timeoutMillis;

  @Option(names = "--open", description = "for anybody; a client needs no token")
  private boolean open;

  @Option(
      names = "--scope",
      paramLabel = "SCOPE",
      description = "what a client's token must have (default: any token will do)")
  private List<String> scopes = List.of();

  UpstreamCommand(Shell shell) {
    super(shell);
  }

  @Override
  int run() {
    return switch (action) {
      case "list" -> list();
      case "add" -> add();
      case "remove" -> everywhere(admin -> admin.delete(one(), NodeLimits.ADMIN_TIMEOUT), "gone");
      default -> throw new StartFailure("\"" + action + "\" (expected: add, remove or list)");
    };
  }

  private String one() {
    if (name == null) {
      throw new StartFailure(action + ": no name (expected: that of a service, as in reports)");
    }
    return PATH + "/" + URLEncoder.encode(name, StandardCharsets.UTF_8);
  }

  private int add() {
    var spec = spec();
    return everywhere(admin -> admin.put(one(), spec, NodeLimits.ADMIN_TIMEOUT), "in the mesh");
  }

  private JsonObject spec() {
    var spec = new JsonObject().put("endpoints", new JsonArray(List.copyOf(endpoints)));
    put(spec, "version", version);
    put(spec, "zone", zone);
    put(spec, "timeoutMillis", timeoutMillis);
    if (health != null) {
      var check = new JsonObject().put("path", health);
      put(check, "intervalMillis", intervalMillis);
      spec.put("health", check);
    }
    if (open) {
      spec.put("access", new JsonObject().put("open", true));
    } else if (!scopes.isEmpty()) {
      spec.put("access", new JsonObject().put("scopes", new JsonArray(List.copyOf(scopes))));
    }
    var route = new JsonObject();
    put(route, "path", path);
    put(route, "host", host);
    put(route, "header", header);
    put(route, "rewrite", rewrite);
    return route.isEmpty() ? spec : spec.put("routes", new JsonArray().add(route));
  }

  private static void put(JsonObject to, String key, @Nullable Object value) {
    if (value != null) {
      to.put(key, value);
    }
  }

  /** Each node that runs here stands for it, so that none of them is missed when it stops. */
  private int everywhere(Function<AdminClient, Optional<AdminClient.Answer>> tell, String done) {
    boolean well = true;
    for (var file : aliveHere()) {
      var answer =
          tell.apply(admin(file))
              .orElseThrow(() -> new StartFailure("node " + file.name() + " does not answer"));
      if (answer.status() / 100 != 2) {
        throw new StartFailure(
            file.name() + ": " + answer.body().getString("detail", answer.body().encode()));
      }
      shell.out().println(file.name() + ": " + name + " is " + done);
      well &= print(answer.body());
    }
    return well ? ExitCode.OK : ExitCode.NOT_WELL;
  }

  private int list() {
    boolean well = true;
    for (var file : aliveHere()) {
      var answer =
          admin(file)
              .get(PATH)
              .orElseThrow(() -> new StartFailure("node " + file.name() + " does not answer"));
      for (var item : answer.body().getJsonArray("upstreams", new JsonArray())) {
        var upstream = (JsonObject) item;
        shell.out().println(file.name() + ": " + upstream.getString("name"));
        well &= print(upstream);
      }
    }
    return well ? ExitCode.OK : ExitCode.NOT_WELL;
  }

  /** Prints the endpoints of an upstream; returns whether all are well. */
  private boolean print(JsonObject upstream) {
    boolean well = true;
    for (var item : upstream.getJsonArray("endpoints", new JsonArray())) {
      var endpoint = (JsonObject) item;
      boolean is = endpoint.getBoolean("well", false);
      well &= is;
      shell
          .out()
          .println(
              "  "
                  + endpoint.getString("address")
                  + (is ? " well" : " OUT: " + endpoint.getString("why", "")));
    }
    return well;
  }

  private List<NodeFile> aliveHere() {
    var alive = nodeFiles().stream().filter(NodeFile::alive).toList();
    if (alive.isEmpty()) {
      throw new StartFailure("no node runs here: start one with scripts/start.sh");
    }
    return alive;
  }
}
