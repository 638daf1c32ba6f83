package io.weft.node.cli;

import io.vertx.core.json.JsonObject;
import io.weft.node.NodeLimits;
import io.weft.node.StartFailure;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code weft site}: links this site to others. */
@Command(
    name = "site",
    description = {
      "Links this site to others (docs/SITES.md).",
      "  invite NAME  at the hub: prints a code with which the site of that name joins, once",
      "  join CODE    at the site: joins the hub that printed the code",
      "  renew        at the site: gives it another key, and has the hub know it by that alone",
      "  revoke NAME  at the hub: cuts the site off, for good until it is invited again",
      "A code is a secret until it is used."
    })
final class SiteCommand extends AdminCommand {
  private static final String PATH = "/v1/sites";

  @Parameters(
      index = "0",
      paramLabel = "invite|join|renew|revoke",
      completionCandidates = Choices.SiteActions.class,
      description = "what to do")
  private String action = "";

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "NAME|CODE",
      description = "the other site's name, or the code of an invitation")
  private @Nullable String what;

  @Option(
      names = "--minutes",
      paramLabel = "MINUTES",
      description = "how long the code of an invitation is good (default: 60)")
  private @Nullable Integer minutes;

  SiteCommand(Shell shell) {
    super(shell);
  }

  @Override
  int once() {
    if (minutes != null && !action.equals("invite")) {
      throw new StartFailure("--minutes: only invite has an end (expected: weft site invite)");
    }
    return switch (action) {
      case "invite" -> invite(given("the name of the site to invite"));
      case "join" -> join(given("the code that the hub printed"));
      case "renew" -> renew();
      case "revoke" -> revoke(given("the name of the site to cut off"));
      default ->
          throw new StartFailure("\"" + action + "\" (expected: invite, join, renew or revoke)");
    };
  }

  private String given(String expected) {
    if (what == null) {
      throw new StartFailure(action + ": nothing given (expected: " + expected + ")");
    }
    return what;
  }

  private int invite(String site) {
    var request = new JsonObject().put("site", site);
    if (minutes != null) {
      request.put("minutes", minutes);
    }
    var answer = post(PATH + "/invitations", request, NodeLimits.SITE_TIMEOUT);
    if (!printedAsJson(answer)) {
      say("%s", answer.getString("code"));
      say("");
      say(
          "good once, until %s, for a site that was started with --site %s --link HOST:PORT:",
          Shown.moment(answer.getString("expires")), site);
      say("  scripts/weft site join CODE");
    }
    return ExitCode.OK;
  }

  private int join(String code) {
    var answer = post(PATH + "/join", new JsonObject().put("code", code), NodeLimits.SITE_TIMEOUT);
    if (!printedAsJson(answer)) {
      say("joined %s as %s; see: weft sites", answer.getString("hub"), answer.getString("site"));
    }
    return ExitCode.OK;
  }

  private int renew() {
    if (what != null) {
      throw new StartFailure("renew: \"" + what + "\" (expected: nothing, it is this site's key)");
    }
    var answer = post(PATH + "/renew", new JsonObject(), NodeLimits.SITE_TIMEOUT);
    if (!printedAsJson(answer)) {
      say(
          Boolean.TRUE.equals(answer.getBoolean("known"))
              ? "the hub knows %s by the key %s, and refuses the one before"
              : "%s has the next key %s; the hub knows it once the link is there",
          answer.getString("site"),
          answer.getString("key"));
    }
    return ExitCode.OK;
  }

  private int revoke(String site) {
    var answer =
        post(PATH + "/" + encoded(site) + "/revoke", new JsonObject(), NodeLimits.SITE_TIMEOUT);
    if (!printedAsJson(answer)) {
      say(
          "%s may link no more, since %s; what it holds in escrow: weft call users.escrow"
              + " '{\"site\": \"%s\"}'",
          site, Shown.moment(answer.getString("since")), site);
    }
    return ExitCode.OK;
  }
}
