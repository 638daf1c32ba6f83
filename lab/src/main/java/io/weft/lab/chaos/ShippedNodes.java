package io.weft.lab.chaos;

import io.weft.lab.LabException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Nodes as they are shipped, on one host, with an embedded PostgreSQL that they share. */
final class ShippedNodes implements AutoCloseable {
  private static final List<String> ZONES = List.of("a", "b", "c");

  private final Path data;
  private final List<ShippedNode> nodes = new ArrayList<>();
  private final Thread end = new Thread(this::close);

  /** Starts all of them, and returns when they are ready. */
  ShippedNodes(Plan plan) {
    plan.say("starting " + ChaosLimits.NODES + " shipped nodes with PostgreSQL…");
    try {
      data = Files.createTempDirectory("weft-chaos-");
    } catch (IOException e) {
      throw new LabException("no temporary folder: " + e.getMessage(), e);
    }
    for (int i = 0; i < ChaosLimits.NODES; i++) {
      nodes.add(new ShippedNode("n" + (i + 1), ZONES.get(i % ZONES.size()), data));
    }
    Runtime.getRuntime().addShutdownHook(end);
    nodes.forEach(
        node -> {
          node.launch(seeds());
          node.awaitReady();
        });
  }

  ShippedNode node(int index) {
    return nodes.get(index);
  }

  /** Returns the HTTP ports of all of them. */
  List<Integer> httpPorts() {
    return nodes.stream().map(ShippedNode::httpPort).toList();
  }

  /** Starts a node that has ended, and returns when it is ready. */
  void restart(int index) {
    nodes.get(index).launch(seeds());
    nodes.get(index).awaitReady();
  }

  private List<String> seeds() {
    return nodes.stream().filter(ShippedNode::alive).map(ShippedNode::seed).toList();
  }

  /** Stops them in order, so that the last one stops PostgreSQL, and deletes their data. */
  @Override
  public void close() {
    stop();
    if (!Files.exists(data)) {
      return; // Closed before.
    }
    try (var files = Files.walk(data)) {
      files.sorted(Comparator.reverseOrder()).forEach(ShippedNodes::delete);
    } catch (IOException | UncheckedIOException e) {
      System.err.println(data + " is left behind: " + e.getMessage());
    }
  }

  private static void delete(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void stop() {
    nodes.forEach(ShippedNode::terminate);
    nodes.forEach(ShippedNode::awaitEnd);
  }
}
