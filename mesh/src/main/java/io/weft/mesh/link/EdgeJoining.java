package io.weft.mesh.link;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.weft.mesh.MeshLimits;
import io.weft.mesh.time.Time;
import io.weft.mesh.time.Timers;
import org.jspecify.annotations.Nullable;

/**
 * A site that joins a hub, once: it shows that it has the code of an invitation, without saying it,
 * and learns that its key is enrolled.
 *
 * <p>When no answer comes, the same key may ask again with the same code: it gets the same answer.
 * For the event loop that calls.
 */
public final class EdgeJoining {
  private final Invitation.Code code;
  private final Transcript transcript = new Transcript();
  private final Buffer join;
  private final Promise<Void> joined = Promise.promise();
  private final Timers.Handle timeout;
  private @Nullable LinkSocket socket;

  private EdgeJoining(Time time, Invitation.Code code, SiteKey key) {
    this.code = code;
    join = Greeting.Join.of(code, key.shown());
    transcript.add(join);
    timeout =
        time.timers()
            .after(
                MeshLimits.LINK_CONNECT_TIMEOUT.plus(MeshLimits.LINK_HANDSHAKE_TIMEOUT),
                () -> fail(new LinkException(LinkReason.SILENT, "the hub gave no answer in time")));
  }

  /**
   * Joins a hub.
   *
   * @param dialer the way to the hub that the code names
   * @param key what the site is to be known by from now on
   * @return completes when the hub has said that it is; fails with a {@link LinkException}
   *     otherwise
   */
  public static Future<Void> join(Time time, Dialer dialer, Invitation.Code code, SiteKey key) {
    var joining = new EdgeJoining(time, code, key);
    dialer
        .dial()
        .onSuccess(joining::dialled)
        .onFailure(
            e ->
                joining.fail(
                    new LinkException(LinkReason.UNKNOWN, "no way to " + code.hub() + ": " + e)));
    return joining.joined.future();
  }

  private void dialled(LinkSocket opened) {
    if (joined.future().isComplete()) {
      opened.abort(); // It came after its time.
      return;
    }
    socket = opened;
    opened.start(
        new LinkSocket.Listener() {
          @Override
          public void message(Buffer message) {
            answered(message);
          }

          @Override
          public void closed() {
            fail(new LinkException(LinkReason.UNKNOWN, "the hub closed the connection"));
          }
        });
    opened
        .write(join)
        .onFailure(e -> fail(new LinkException(LinkReason.UNKNOWN, "not sent: " + e.getMessage())));
  }

  private void answered(Buffer message) {
    try {
      var answer = Greeting.read(message);
      if (answer instanceof Greeting.Refused refused) {
        throw new LinkException(refused.reason(), refused.message());
      }
      if (!(answer instanceof Greeting.Joined said)) {
        throw LinkException.malformed("an answer to JOIN that is none (expected: JOINED)");
      }
      transcript.verify(Transcript.HUB, code.key(), message);
      if (!said.site().equals(code.site())) {
        throw LinkException.malformed(
            "joined as " + said.site() + " (expected: " + code.site() + ")");
      }
      end();
      joined.tryComplete();
    } catch (LinkException e) {
      fail(e);
    }
  }

  private void fail(LinkException why) {
    end();
    joined.tryFail(why);
  }

  private void end() {
    timeout.cancel();
    if (socket != null) {
      socket.close();
    }
  }
}
