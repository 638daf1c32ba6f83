package io.weft.mesh.link;

/**
 * Which of the links of a site this is: of two, the greater one counts.
 *
 * @param term rises with each node, and each start of one, that opens the link of its site; at
 *     least 1
 * @param connection rises with each connection of that node, so that one which was held up on its
 *     way does not take the place of the one that came after it; at least 1
 */
public record LinkEpoch(long term, long connection) implements Comparable<LinkEpoch> {
  @Override
  public int compareTo(LinkEpoch other) {
    int byTerm = Long.compare(term, other.term);
    return byTerm == 0 ? Long.compare(connection, other.connection) : byTerm;
  }

  @Override
  public String toString() {
    return term + "." + connection;
  }
}
