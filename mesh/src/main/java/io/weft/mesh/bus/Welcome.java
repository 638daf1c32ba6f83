package io.weft.mesh.bus;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetSocket;
import io.weft.mesh.discovery.NodeRecord;
import io.weft.mesh.discovery.Site;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the nodes that are there already whether their bus takes this one, before it says a word of
 * itself: a node whose bus nobody takes would be listed, and could neither call nor be called.
 *
 * <p>It is for honest nodes, whose operator learns at once what is wrong. Others are turned away by
 * the handshake of each connection.
 */
final class Welcome {
  private static final Logger LOG = LoggerFactory.getLogger(Welcome.class);

  private final @Nullable BusSecurity security;
  private final List<NodeRecord> met;
  private final List<String> refusals = new ArrayList<>();

  private Welcome(@Nullable BusSecurity security, List<NodeRecord> met) {
    this.security = security;
    this.met = met;
  }

  /**
   * Asks all nodes whose process is there.
   *
   * @return fails with a {@link ClusterException} when some turn this node away and none takes it;
   *     one that cannot be reached says nothing either way
   */
  static Future<Void> ask(Vertx vertx, @Nullable BusSecurity security, Site site) {
    var members = site.members();
    var met =
        site.all().stream()
            .filter(record -> members.contains(record.member()))
            .filter(record -> record.addresses().containsKey(BusMesh.BUS_ADDRESS))
            .toList();
    var welcome = new Welcome(security, met);
    return security == null ? welcome.bare() : welcome.shown(vertx, security);
  }

  /** Without a certificate, what the others' records say is enough. */
  private Future<Void> bare() {
    met.stream()
        .filter(Welcome::wantsCertificates)
        .forEach(
            record -> refusals.add(told(record, "its bus takes only nodes with a certificate")));
    return judge(met.size() - refusals.size());
  }

  private Future<Void> shown(Vertx vertx, BusSecurity own) {
    var client = vertx.createNetClient(own.asking());
    var asked = met.stream().map(record -> asked(client, record)).toList();
    return Future.join(asked)
        .transform(done -> judge((int) asked.stream().filter(Future::result).count()))
        .eventually(client::close);
  }

  /** Returns whether the node took this one; a failure to reach it is no answer, and no refusal. */
  private Future<Boolean> asked(NetClient client, NodeRecord record) {
    var address = record.addresses().getOrDefault(BusMesh.BUS_ADDRESS, "");
    if (!wantsCertificates(record)) {
      refusals.add(told(record, "its bus speaks no TLS"));
      return Future.succeededFuture(false);
    }
    int colon = address.lastIndexOf(':');
    return client
        .connect(Integer.parseInt(address.substring(colon + 1)), address.substring(0, colon))
        .compose(NetSocket::close)
        .map(true)
        .recover(
            failure -> {
              var why = handshake(failure);
              if (why == null) {
                LOG.debug("The bus of {} cannot be reached", record.id(), failure);
              } else {
                refusals.add(told(record, why));
              }
              return Future.succeededFuture(false);
            });
  }

  /** Returns why a handshake failed, in the words of the innermost cause; null if none did. */
  private static @Nullable String handshake(Throwable failure) {
    String why = null;
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof SSLException) {
        why = String.valueOf(cause.getMessage());
      }
    }
    return why;
  }

  private static boolean wantsCertificates(NodeRecord record) {
    return record.addresses().containsKey(BusMesh.BUS_TLS);
  }

  private static String told(NodeRecord record, String why) {
    return record.id() + ": " + why;
  }

  private Future<Void> judge(int takers) {
    if (refusals.isEmpty()) {
      return Future.succeededFuture();
    }
    if (takers > 0) {
      LOG.warn("Some nodes do not take this one on the bus: {}", String.join("; ", refusals));
      return Future.succeededFuture();
    }
    return Future.failedFuture(
        new ClusterException(
            "turned away by the nodes of this cluster ("
                + String.join("; ", refusals)
                + "): "
                + (security == null
                    ? "give this node a certificate with security.busCertificate, busKey and"
                        + " busAuthority; weft certs makes them"
                    : "expected: "
                        + security.certificate()
                        + " by an authority that they know, and theirs by one of "
                        + security.authority())));
  }
}
