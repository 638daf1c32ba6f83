package io.weft.mesh.link;

import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.List;

/** All sessions of one end of a link, and what each has said. */
final class Heard implements LinkSession.Opener {
  final List<Kept> sessions = new ArrayList<>();

  /** One session as its listener saw it. */
  static final class Kept implements LinkSession.Listener {
    final LinkSession session;
    final List<String> messages = new ArrayList<>();
    final List<String> taken = new ArrayList<>();
    int connections;
    boolean ended;

    Kept(LinkSession session) {
      this.session = session;
    }

    /** Offers a text, and remembers it if it is taken. */
    Offer offer(String text) {
      var offer = session.offer(Buffer.buffer(text));
      if (offer instanceof Offer.Taken) {
        taken.add(text);
      }
      return offer;
    }

    @Override
    public void message(Buffer message) {
      messages.add(message.toString());
    }

    @Override
    public void connected() {
      connections++;
    }

    @Override
    public void ended() {
      ended = true;
    }
  }

  @Override
  public LinkSession.Listener began(LinkSession session) {
    var kept = new Kept(session);
    sessions.add(kept);
    return kept;
  }

  Kept last() {
    return sessions.get(sessions.size() - 1);
  }

  boolean none() {
    return sessions.isEmpty();
  }
}
