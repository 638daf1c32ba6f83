package io.weft.mesh.link;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.weft.mesh.MeshLimits;
import io.weft.mesh.time.Time;
import io.weft.mesh.time.Timers;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The hub's end of the links that come to one of its nodes: who is let in, and the session of each
 * site.
 *
 * <p>A site has one session here at a time. Of two links of a site the one with the greater term
 * counts, and of two connections of one link the later one; the other is told, or closed. For one
 * event loop, on which everything is called; a handshake takes it some milliseconds, so it is not
 * to be one that serves requests.
 */
public final class HubLinks {
  private static final Logger LOG = LoggerFactory.getLogger(HubLinks.class);

  private final Time time;
  private final Executor turns;
  private final SiteIdentity self;
  private final Enrolments enrolments;
  private final Invitations invitations;
  private final LinkSession.Opener opener;

  /** No more than {@link MeshLimits#LINK_HANDSHAKES_MAX}, who came first in front. */
  private final Set<Arrival> arrivals = new LinkedHashSet<>();

  private final Map<String, Linked> linked = new HashMap<>();
  private boolean stopped;

  /**
   * Creates an end without links.
   *
   * @param turns runs a task at the end of the present turn of the event loop
   * @param opener is told of each session
   */
  public HubLinks(
      Time time,
      Executor turns,
      SiteIdentity self,
      Enrolments enrolments,
      Invitations invitations,
      LinkSession.Opener opener) {
    this.time = time;
    this.turns = turns;
    this.self = self;
    this.enrolments = enrolments;
    this.invitations = invitations;
    this.opener = opener;
  }

  /** What is known of one site while it has a session here. */
  private static final class Linked {
    private final LinkSession session;
    private LinkEpoch epoch;

    /** What the site has proved itself by when it came last. */
    private SitePublicKey key;

    private Timers.@Nullable Handle forgetting;

    Linked(LinkSession session, LinkEpoch epoch, SitePublicKey key) {
      this.session = session;
      this.epoch = epoch;
      this.key = key;
    }

    void remember() {
      if (forgetting != null) {
        forgetting.cancel();
        forgetting = null;
      }
    }
  }

  /** Takes a connection: either it shows that it comes from a site, or it is closed. */
  public void accept(LinkSocket socket) {
    var arrival = new Arrival(socket);
    if (stopped) {
      arrival.refuse(new LinkException(LinkReason.LEAVING, self.name() + " is about to stop"), 0);
    } else {
      if (arrivals.size() >= MeshLimits.LINK_HANDSHAKES_MAX) {
        crowdedOut()
            .refuse(
                new LinkException(
                    LinkReason.BUSY,
                    MeshLimits.LINK_HANDSHAKES_MAX + " sites are proving who they are (limit)"),
                0);
      }
      arrivals.add(arrival);
      socket.start(arrival);
    }
  }

  /**
   * Returns who gives way to one who comes: of the host that most of them come from, the one who
   * came first. Whoever opens links and says nothing thus keeps out nobody but himself.
   */
  private Arrival crowdedOut() {
    var ofHost = new HashMap<String, Integer>();
    arrivals.forEach(each -> ofHost.merge(each.socket.host(), 1, Integer::sum));
    int most = Collections.max(ofHost.values());
    return arrivals.stream()
        .filter(each -> ofHost.getOrDefault(each.socket.host(), 0) == most)
        .findFirst()
        .orElseThrow();
  }

  /** Returns the sessions that live, those without a connection too. */
  public Collection<LinkSession> sessions() {
    return linked.values().stream().map(each -> each.session).toList();
  }

  /** Cuts a site off that was revoked: its enrolment says so already. */
  public void revoke(String site) {
    var why = new LinkException(LinkReason.REVOKED, site + " was revoked at " + self.name());
    arrivalsOf(site).forEach(arrival -> arrival.refuse(why, 0));
    end(site, why);
  }

  /**
   * Ends the link of a site that came with a key that is another's by now: its own next one. It may
   * come again, by that.
   */
  public void outdate(String site) {
    end(
        site,
        new LinkException(
            LinkReason.NOT_ENROLLED,
            "%s has another key at %s by now (expected: that one)".formatted(site, self.name())));
  }

  /**
   * Returns the key that a site has proved itself by when it came last; empty without a session.
   */
  public Optional<SitePublicKey> provedBy(String site) {
    return Optional.ofNullable(linked.get(site)).map(each -> each.key);
  }

  /**
   * Ends the link of a site if a greater term counts, which came to another node of the hub.
   *
   * @param term the greatest term
   */
  public void supersede(String site, long term) {
    var present = linked.get(site);
    if (present != null && present.epoch.term() < term) {
      end(site, superseded(present.epoch.term(), term));
    }
  }

  /** Ends all links, and takes no more. */
  public void stop() {
    stopped = true;
    var why = new LinkException(LinkReason.LEAVING, "a node of " + self.name() + " stops");
    List.copyOf(arrivals).forEach(arrival -> arrival.refuse(why, 0));
    List.copyOf(linked.keySet()).forEach(site -> end(site, why));
  }

  /** A connection that has not shown yet where it comes from. */
  private final class Arrival implements LinkSocket.Listener {
    private final LinkSocket socket;
    private final HubHandshake handshake = new HubHandshake(self.name(), self.key());
    private final Timers.Handle timeout;
    private String site = "";
    private Step step = Step.HELLO;
    private LinkSocket.@Nullable Listener carried;

    private enum Step {
      HELLO,
      PROOF,
      /** Something is looked up; the edge has nothing to say meanwhile. */
      LOOKING_UP,
      DONE
    }

    Arrival(LinkSocket socket) {
      this.socket = socket;
      timeout =
          time.timers()
              .after(
                  MeshLimits.LINK_HANDSHAKE_TIMEOUT,
                  () ->
                      refuse(
                          LinkException.malformed(
                              "no proof within "
                                  + MeshLimits.LINK_HANDSHAKE_TIMEOUT.toSeconds()
                                  + " s"),
                          0));
    }

    @Override
    public void message(Buffer message) {
      if (carried != null) {
        carried.message(message);
        return;
      }
      try {
        switch (step) {
          case HELLO -> hello(message);
          case PROOF -> proof(message);
          case LOOKING_UP ->
              throw LinkException.malformed("a message out of turn (expected: none yet)");
          case DONE -> {} // Refused; it may have been on its way.
        }
      } catch (LinkException e) {
        refuse(e, 0);
      }
    }

    @Override
    public void closed() {
      if (carried == null) {
        leave();
      } else {
        carried.closed();
      }
    }

    private void hello(Buffer message) {
      if (Greeting.read(message) instanceof Greeting.Join join) {
        join(HubJoining.heard(self, join, message));
        return;
      }
      site = handshake.heard(message);
      lookUp(
          enrolments.find(site),
          (Optional<Enrolment> known) -> {
            step = Step.PROOF;
            write(handshake.challenge(known));
          });
    }

    private void join(HubJoining joining) {
      lookUp(
          invitations.find(joining.id()),
          (Optional<Invitation> found) -> {
            var invitation = joining.invited(found, time.wall().now());
            var usedBy = invitation.usedBy();
            if (usedBy == null) {
              lookUp(
                  invitations.use(invitation.id(), joining.key()),
                  (SitePublicKey used) -> joined(joining.joined(invitation, used)));
            } else {
              joined(joining.joined(invitation, usedBy)); // Its answer may have been lost.
            }
          });
    }

    private void joined(Buffer answer) {
      leave();
      write(answer);
      socket.close();
    }

    private void proof(Buffer message) {
      var proof = handshake.proved(message);
      long term = proof.epoch().term();
      if (term < 1) {
        throw LinkException.malformed("term " + term + " (expected: >= 1)");
      }
      lookUp(
          enrolments.claimTerm(site, term),
          (Long greatest) -> {
            if (greatest > term) {
              refuse(superseded(term, greatest), greatest);
            } else {
              admit(proof);
            }
          });
    }

    private <T> void lookUp(Future<T> future, Consumer<T> found) {
      step = Step.LOOKING_UP;
      future.onComplete(
          (result, failure) -> {
            if (step != Step.LOOKING_UP) {
              return; // Closed, refused or revoked meanwhile.
            }
            if (failure != null) {
              LOG.warn("{} cannot be looked up", site, failure);
              refuse(
                  new LinkException(
                      LinkReason.UNAVAILABLE, "who is enrolled cannot be looked up at present"),
                  0);
              return;
            }
            try {
              found.accept(result);
            } catch (LinkException e) {
              refuse(e, 0);
            }
          });
    }

    private void admit(Greeting.Proof proof) {
      var epoch = proof.epoch();
      var present = linked.get(site);
      if (present != null && epoch.compareTo(present.epoch) <= 0) {
        long term = present.epoch.term();
        refuse(
            new LinkException(
                LinkReason.SUPERSEDED,
                "link %s of %s (link %s counts)".formatted(epoch, site, present.epoch)),
            term);
        return;
      }
      if (present == null && linked.size() >= MeshLimits.LINK_SITES_MAX) {
        refuse(
            new LinkException(
                LinkReason.BUSY,
                "this node has the links of "
                    + linked.size()
                    + " sites (limit: "
                    + MeshLimits.LINK_SITES_MAX
                    + ")"),
            0);
        return;
      }
      boolean resumed = present != null && present.session.id().equals(proof.session());
      var goesOn = present != null && resumed ? present : begin(site, epoch, handshake.provedBy());
      leave();
      carry(goesOn, epoch, resumed, resumed ? proof.received() : 0);
    }

    private void carry(Linked goesOn, LinkEpoch epoch, boolean resumed, long taken) {
      var session = goesOn.session;
      goesOn.epoch = epoch;
      goesOn.key = handshake.provedBy();
      goesOn.remember();
      var before = session.connection();
      if (before != null) {
        // Its socket is half open at most: the edge has given it up.
        before.cut(new LinkException(LinkReason.SUPERSEDED, "link " + epoch + " counts"));
        goesOn.remember();
      }
      write(handshake.welcome(resumed, session.id(), session.delivered()));
      var connection =
          new LinkConnection(
              time, turns, socket, handshake.seals(), session, why -> disconnected(site, why));
      carried = connection;
      connection.begin(taken);
    }

    private void write(Buffer message) {
      socket
          .write(message)
          .onFailure(
              e -> {
                LOG.debug("{} is gone: {}", socket.peer(), e.getMessage());
                leave();
                socket.abort();
              });
    }

    void refuse(LinkException why, long term) {
      if (step == Step.DONE) {
        return;
      }
      leave();
      LOG.info("{} ({}) is refused: {}", socket.peer(), site, why.getMessage());
      socket
          .write(handshake.refuse(why, term))
          .onFailure(e -> LOG.debug("{} does not hear why: {}", socket.peer(), e.getMessage()));
      socket.close();
    }

    private void leave() {
      step = Step.DONE;
      timeout.cancel();
      arrivals.remove(this);
    }
  }

  /** Begins a session of a site, in the place of the one that it had. */
  private Linked begin(String site, LinkEpoch epoch, SitePublicKey key) {
    var before = linked.get(site);
    if (before != null) {
      end(site, superseded(before.epoch.term(), epoch.term()));
    }
    var begun = new Linked(new LinkSession(time.rng().uuid(), site), epoch, key);
    linked.put(site, begun);
    begun.session.listener(opener.began(begun.session));
    return begun;
  }

  private void disconnected(String site, LinkException why) {
    LOG.info("the link of {} is gone ({}: {})", site, why.reason(), why.getMessage());
    var present = linked.get(site);
    if (present == null || present.session.connected()) {
      return;
    }
    if (present.session.over()) {
      linked.remove(site);
      present.remember();
    } else {
      present.remember();
      present.forgetting =
          time.timers()
              .after(
                  MeshLimits.LINK_SESSION_KEPT,
                  () ->
                      end(
                          site,
                          new LinkException(LinkReason.SILENT, site + " was away for too long")));
    }
  }

  /** Ends the session of a site, with its connection if it has one. */
  private void end(String site, LinkException why) {
    var ended = linked.remove(site);
    if (ended == null) {
      return;
    }
    ended.remember();
    var connection = ended.session.connection();
    if (connection == null) {
      ended.session.end();
    } else {
      connection.end(why);
    }
  }

  private List<Arrival> arrivalsOf(String site) {
    return arrivals.stream().filter(each -> each.site.equals(site)).toList();
  }

  private static LinkException superseded(long term, long greatest) {
    return new LinkException(
        LinkReason.SUPERSEDED,
        "term " + term + " (a link with term " + greatest + " counts)",
        greatest);
  }
}
