package io.weft.mesh.telemetry;

import java.time.Instant;

/**
 * Something that a node decided by itself or was told to do, and why.
 *
 * @param at when
 * @param node the node that decided
 * @param subject what it is about: an endpoint, an instance, a node, a service
 * @param why one line, for people
 */
public record Decision(Instant at, String node, Kind kind, String subject, String why) {
  /** Where one tells what was decided. */
  @FunctionalInterface
  public interface Sink {
    /**
     * Tells of a decision of this node. From any thread.
     *
     * @param subject what it is about
     * @param why one line, for people
     */
    void add(Kind kind, String subject, String why);
  }

  /** What kinds of decisions there are. */
  public enum Kind {
    /** An endpoint is left out. */
    EJECTION("ejection"),
    /** An endpoint that was left out is used again. */
    RETURN("return"),
    /** An instance refused calls, because it has too much to do. */
    SHED("shed"),
    /** An operator asked for another number of instances. */
    SCALE("scale"),
    /** Other policies count. */
    POLICY("policy"),
    /** A node is used from now on. */
    NODE_JOINED("node-joined"),
    /** A node is not used any more. */
    NODE_LEFT("node-left"),
    /** A node or an instance takes nothing on any more, or does so again. */
    DRAIN("drain"),
    /** The number of instances follows the load. */
    AUTOSCALE("autoscale"),
    /** Something needs a person. */
    ALERT("alert");

    private final String word;

    Kind(String word) {
      this.word = word;
    }

    /** Returns the word for it on the wire and in logs. */
    public String word() {
      return word;
    }
  }
}
