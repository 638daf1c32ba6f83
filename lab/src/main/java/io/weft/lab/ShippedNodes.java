package io.weft.lab;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Nodes as they are shipped, on one host, with an embedded PostgreSQL that they share. */
public final class ShippedNodes implements AutoCloseable {
  /** The name of their cluster. */
  public static final String CLUSTER = "weft";

  private static final List<String> ZONES = List.of("a", "b", "c");

  private final TemporaryFolder folder = new TemporaryFolder();
  private final Path data = folder.path();
  private final List<ShippedNode> nodes = new ArrayList<>();
  private final Thread end = new Thread(this::close);

  /**
   * Starts all of them, and returns when they are ready.
   *
   * @param more further flags for each
   */
  public ShippedNodes(int count, String... more) {
    this(Path.of(System.getProperty("weft.home", ".")), count, more);
  }

  private ShippedNodes(Path home, int count, String... more) {
    this(home, ShippedNode.Host.THIS, count, more);
  }

  private ShippedNodes(Path home, ShippedNode.Host host, int count, String... more) {
    for (int i = 0; i < count; i++) {
      var zone = ZONES.get(i % ZONES.size());
      nodes.add(ShippedNode.of(home, host, "n" + (i + 1), zone, data, List.of(more)));
    }
    Runtime.getRuntime().addShutdownHook(end);
    nodes.forEach(
        node -> {
          node.launch(seeds());
          node.awaitReady();
        });
  }

  /**
   * Starts nodes of this checkout somewhere, and returns when they are ready.
   *
   * @param more further flags for each
   */
  public static ShippedNodes on(ShippedNode.Host host, int count, String... more) {
    return new ShippedNodes(Path.of(System.getProperty("weft.home", ".")), host, count, more);
  }

  /** Starts nodes of a release, whose folder this is, and returns when they are ready. */
  public static ShippedNodes of(Path home, int count) {
    return new ShippedNodes(home, count);
  }

  /** Returns their data folder. */
  public Path data() {
    return data;
  }

  /** Returns one of them, from 0. */
  public ShippedNode node(int index) {
    return nodes.get(index);
  }

  /** Returns all of them. */
  public List<ShippedNode> all() {
    return List.copyOf(nodes);
  }

  /** Returns the HTTP ports of all of them. */
  public List<Integer> httpPorts() {
    return nodes.stream().map(ShippedNode::httpPort).toList();
  }

  /** Returns a token of an operator that all of them take, good for longer than they live. */
  public String token() {
    return nodes.get(0).token();
  }

  /** Returns the PostgreSQL that they share. */
  public HostPostgres postgres() {
    return new HostPostgres(data.resolve("postgres"));
  }

  /** Starts a node that has ended, and returns at once. */
  public void launch(int index) {
    nodes.get(index).launch(seeds());
  }

  /** Starts a node that has ended, and returns when it is ready. */
  public void restart(int index) {
    launch(index);
    nodes.get(index).awaitReady();
  }

  /** Returns the addresses at which others join those that run. */
  public List<String> seeds() {
    return nodes.stream().filter(ShippedNode::alive).map(ShippedNode::seed).toList();
  }

  /** Returns the last lines of what each of them has logged. */
  public String logTails() {
    return nodes.stream()
        .map(node -> node.name() + ":" + LogTail.of(data.resolve(node.name() + ".log")))
        .collect(Collectors.joining("\n"));
  }

  /** Stops them in order, so that the last one stops PostgreSQL, and deletes their data. */
  @Override
  public void close() {
    nodes.forEach(ShippedNode::terminate);
    nodes.forEach(ShippedNode::awaitEnd);
    folder.close();
  }
}
