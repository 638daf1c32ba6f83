package io.weft.mesh.link;

import io.vertx.core.buffer.Buffer;
import io.weft.mesh.MeshLimits;
import io.weft.mesh.time.Time;
import io.weft.mesh.time.Timers;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The edge's end of a link: it connects to the hub, again and again, and keeps the session.
 *
 * <p>One node of a site has it at a time, with a term that is greater than that of the node before
 * it, and of its own last start. It connects until it is stopped, or until the hub says that the
 * site was revoked or a greater term counts ({@link LinkReason#isFinal}). Any other refusal may be
 * mended there at any time, so it tries on, at most {@link MeshLimits#LINK_BACKOFF_MAX} apart. For
 * one event loop, on which everything is called.
 */
public final class EdgeLink {
  private static final Logger LOG = LoggerFactory.getLogger(EdgeLink.class);

  private final Time time;
  private final Executor turns;
  private final Dialer dialer;
  private final SitePublicKey hub;
  private final long term;
  private final LinkSession.Opener opener;
  private final Consumer<LinkState> watcher;
  private final Backoff backoff;
  private SiteIdentity self;

  /** The key by which the last try to connect is made, or was. */
  private SitePublicKey provedBy;

  private long connections;
  private LinkState state = new LinkState(LinkState.Phase.STOPPED, null);
  private @Nullable LinkSession session;
  private @Nullable Attempt attempt;
  private @Nullable LinkConnection connection;
  private Timers.@Nullable Handle waiting;
  private long connectedNanos;
  private boolean stopped;

  /**
   * Creates an end that does nothing before {@link #start}.
   *
   * @param turns runs a task at the end of the present turn of the event loop
   * @param hub the key that the hub must have
   * @param term at least 1, and greater than any that this site has used
   * @param opener is told of each session
   * @param watcher is told of each change of {@link #state}
   */
  public EdgeLink(
      Time time,
      Executor turns,
      Dialer dialer,
      SiteIdentity self,
      SitePublicKey hub,
      long term,
      LinkSession.Opener opener,
      Consumer<LinkState> watcher) {
    if (term < 1) {
      throw new IllegalArgumentException("term: " + term + " (expected: >= 1)");
    }
    this.time = time;
    this.turns = turns;
    this.dialer = dialer;
    this.self = self;
    provedBy = self.key().shown();
    this.hub = hub;
    this.term = term;
    this.opener = opener;
    this.watcher = watcher;
    backoff = new Backoff(time.rng());
  }

  /** Begins to connect. */
  public void start() {
    connect();
  }

  /** Says goodbye, ends the session, and connects no more. */
  public void stop() {
    stop(new LinkException(LinkReason.LEAVING, self.name() + " stops its link"));
  }

  /**
   * Proves by another key from now on who the site is. A connection that was made by the one before
   * is cut, and the session goes on over the next one, which is made at once.
   */
  public void prove(SiteKey key) {
    self = new SiteIdentity(self.name(), key);
    if (connection != null) {
      connection.cut(
          new LinkException(LinkReason.UNKNOWN, self.name() + " has the key " + key.shown()));
      if (waiting != null) {
        waiting.cancel();
        connect();
      }
    }
  }

  /** Returns the key by which the present connection was made, or the last try to make one. */
  public SitePublicKey provedBy() {
    return provedBy;
  }

  /** Returns how the link stands. */
  public LinkState state() {
    return state;
  }

  /** One try, from dialling to the end of the handshake. */
  private final class Attempt implements LinkSocket.Listener {
    private final LinkEpoch epoch;
    private final EdgeHandshake handshake = new EdgeHandshake(self.name(), self.key(), hub);
    private final Timers.Handle timeout;
    private @Nullable LinkSocket socket;
    private LinkSocket.@Nullable Listener carried;
    private boolean challenged;

    Attempt(LinkEpoch epoch) {
      this.epoch = epoch;
      timeout =
          time.timers()
              .after(
                  MeshLimits.LINK_CONNECT_TIMEOUT.plus(MeshLimits.LINK_HANDSHAKE_TIMEOUT),
                  () -> fail(new LinkException(LinkReason.SILENT, "no link within its time")));
    }

    void dialled(LinkSocket opened) {
      if (attempt != this) {
        opened.abort(); // It came after its time.
        return;
      }
      socket = opened;
      opened.start(this);
      write(handshake.hello());
    }

    @Override
    public void message(Buffer message) {
      if (carried != null) {
        carried.message(message);
        return;
      }
      if (attempt != this) {
        return;
      }
      try {
        if (challenged) {
          welcomed(handshake.welcomed(message));
        } else {
          challenged = true;
          write(challenged(message));
        }
      } catch (LinkException e) {
        fail(e);
      }
    }

    @Override
    public void closed() {
      if (carried != null) {
        carried.closed();
      } else {
        fail(new LinkException(LinkReason.UNKNOWN, "the hub closed the connection"));
      }
    }

    private Buffer challenged(Buffer message) {
      var present = session;
      return present == null
          ? handshake.challenged(message, epoch, Greeting.NO_SESSION, 0)
          : handshake.challenged(message, epoch, present.id(), present.delivered());
    }

    private void write(Buffer message) {
      if (socket != null) {
        socket
            .write(message)
            .onFailure(
                e -> fail(new LinkException(LinkReason.UNKNOWN, "not sent: " + e.getMessage())));
      }
    }

    private void welcomed(Greeting.Welcome welcome) {
      var open = socket;
      if (open == null) {
        return;
      }
      var goesOn = sessionOf(welcome, handshake.hubSite());
      timeout.cancel();
      attempt = null;
      var carries =
          new LinkConnection(
              time, turns, open, handshake.seals(), goesOn, EdgeLink.this::disconnected);
      carried = carries;
      connection = carries;
      connectedNanos = time.ticker().nanos();
      become(LinkState.Phase.CONNECTED, state.why());
      carries.begin(welcome.received());
    }

    void fail(LinkException why) {
      if (attempt == this) {
        attempt = null;
        timeout.cancel();
        if (socket != null) {
          socket.abort();
        }
        again(why);
      }
    }
  }

  /** Returns the session that goes on: the one of before, or another in its place. */
  private LinkSession sessionOf(Greeting.Welcome welcome, String site) {
    var before = session;
    if (before != null && welcome.resumed() && welcome.session().equals(before.id())) {
      return before;
    }
    if (welcome.resumed()) {
      throw LinkException.malformed(
          "session " + welcome.session() + " resumed (expected: " + before + ")");
    }
    if (before != null) {
      LOG.info("the hub has lost {}; another begins", before);
      before.end();
    }
    var begun = new LinkSession(welcome.session(), site);
    session = begun;
    begun.listener(opener.began(begun));
    return begun;
  }

  private void connect() {
    waiting = null;
    if (stopped) {
      return;
    }
    become(LinkState.Phase.CONNECTING, state.why());
    provedBy = self.key().shown();
    var tries = new Attempt(new LinkEpoch(term, ++connections));
    attempt = tries;
    dialer
        .dial()
        .onSuccess(tries::dialled)
        .onFailure(
            e -> tries.fail(new LinkException(LinkReason.UNKNOWN, "no way to the hub: " + e)));
  }

  private void disconnected(LinkException why) {
    connection = null;
    if (session != null && session.over()) {
      session = null;
    }
    if (time.ticker().nanos() - connectedNanos >= MeshLimits.LINK_STEADY.toNanos()) {
      backoff.reset();
    }
    again(why);
  }

  private void again(LinkException why) {
    if (stopped) {
      return;
    }
    if (why.reason().isFinal()) {
      LOG.warn("the link to the hub is given up: {}", why.getMessage());
      stop(why);
      return;
    }
    var wait = backoff.next();
    LOG.info("no link to the hub ({}: {})", why.reason(), why.getMessage());
    become(LinkState.Phase.WAITING, why);
    waiting = time.timers().after(wait, this::connect);
  }

  private void stop(LinkException why) {
    if (stopped) {
      return;
    }
    stopped = true;
    if (waiting != null) {
      waiting.cancel();
    }
    var tries = attempt;
    if (tries != null) {
      tries.fail(why);
    }
    if (connection != null) {
      connection.end(why);
    }
    if (session != null) {
      session.end(); // Also one that no connection carries.
    }
    become(LinkState.Phase.STOPPED, why);
  }

  private void become(LinkState.Phase phase, @Nullable LinkException why) {
    state = new LinkState(phase, why);
    watcher.accept(state);
  }
}
