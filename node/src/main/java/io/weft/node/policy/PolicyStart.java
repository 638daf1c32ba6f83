package io.weft.node.policy;

import io.vertx.core.Future;
import io.weft.mesh.MeshLimits;
import io.weft.mesh.bus.ClusterNode;
import io.weft.mesh.policy.PolicyException;
import io.weft.node.StartFailure;
import io.weft.node.settings.Settings;
import io.weft.node.yaml.YamlException;
import io.weft.node.yaml.YamlText;
import java.nio.file.Files;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How a node that starts comes to its policies. */
public final class PolicyStart {
  private static final Logger LOG = LoggerFactory.getLogger(PolicyStart.class);
  private static final String SETTING = "node.policies";

  private PolicyStart() {}

  /**
   * Reads the node's policy file, before anything is started for it.
   *
   * @return nothing when none is named and the usual one is not there
   * @throws StartFailure if there is anything wrong with it
   */
  public static Optional<YamlText> file(Settings settings) {
    var path = settings.path(SETTING);
    if (settings.from(SETTING).equals("default") && !Files.exists(path)) {
      return Optional.empty();
    }
    try {
      var text =
          YamlText.of(
              path,
              label(settings),
              MeshLimits.POLICIES_MAX_BYTES,
              "keep only policies in it",
              "name a readable file with --policies");
      PolicyFile.read(0, text.content(), label(settings), null);
      return Optional.of(text);
    } catch (YamlException | PolicyException e) {
      throw new StartFailure(String.valueOf(e.getMessage()), e);
    }
  }

  private static String label(Settings settings) {
    var path = settings.path(SETTING);
    return path.endsWith(PolicyFile.FILE) ? PolicyFile.FILE : path.toString();
  }

  /**
   * Takes part in the policies of the site that the node has joined.
   *
   * @param installed the services that the node could host
   * @return by what operators look at the policies and change them
   */
  public static Future<PolicyDesk> open(
      Settings settings, ClusterNode cluster, Optional<YamlText> file, Set<String> installed) {
    var archive =
        new PolicyArchive(
            cluster.vertx(), settings.path("node.data"), "policies", settings.text("node.name"));
    boolean closed = settings.text("security.mode").equals("production");
    @Nullable Set<String> callers = closed ? Set.of() : null;
    var epochs =
        cluster.epochs(
            archive,
            (epoch, text) -> PolicyFile.read(epoch, text, "epoch " + epoch, null, callers));
    var desk =
        new PolicyDesk(
            cluster.vertx(),
            cluster.mesh(),
            epochs,
            cluster.time(),
            installed,
            !settings.text("sites.hub").isEmpty() && settings.text("sites.policies").equals("hub"));
    // Without a file what is built in counts, which lets everybody call; not so in production.
    var content = file.map(YamlText::content).or(() -> closed ? Optional.of("") : Optional.empty());
    try {
      content.ifPresent(text -> PolicyFile.read(0, text, label(settings), desk.served()));
    } catch (PolicyException e) {
      return Future.failedFuture(new StartFailure(String.valueOf(e.getMessage()), e));
    }
    return archive
        .load()
        .compose(kept -> epochs.open(kept, content.orElse(null)))
        .map(
            opened -> {
              if (content.isPresent() && !content.get().equals(epochs.current().text())) {
                LOG.warn(
                    "{} is not what counts: the site is at epoch {} ({}); to make the file count,"
                        + " run scripts/policy.sh apply",
                    label(settings),
                    epochs.current().epoch(),
                    epochs.current().how());
              }
              return desk;
            });
  }
}
