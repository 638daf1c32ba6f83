package io.weft.node.yaml;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.CollectionEndEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;

/**
 * A YAML text and its name in messages.
 *
 * <p>It is read as a tree of nodes rather than as objects: only nodes know their lines. Anchors and
 * aliases, by which a short text can stand for an endless one, are refused, and so is nesting that
 * no file of ours has.
 */
public final class YamlText {
  private static final int DEPTH_MAX = 16;

  private final String label;
  private final String content;

  /**
   * Creates a text that was read already.
   *
   * @param label what messages call it, such as a file's name
   */
  public YamlText(String label, String content) {
    this.label = label;
    this.content = content;
  }

  /**
   * Reads a file.
   *
   * @param label the file's name in messages
   * @param tooLarge what to do when it has more than {@code maxBytes}
   * @param unreadable what to do when it cannot be read
   * @throws YamlException if it cannot be read, is too large or is not text
   */
  public static YamlText of(
      Path path, String label, int maxBytes, String tooLarge, String unreadable) {
    try (var file = Files.newInputStream(path)) {
      // One more than the limit, rather than a size that may change meanwhile.
      byte[] bytes = file.readNBytes(maxBytes + 1);
      if (bytes.length > maxBytes) {
        throw new YamlException(
            label + ": " + Files.size(path) + " bytes (limit: " + maxBytes + "): " + tooLarge);
      }
      return of(bytes, label);
    } catch (IOException e) {
      throw new YamlException(label + ": cannot be read (" + reason(e) + "): " + unreadable, e);
    }
  }

  /**
   * Takes bytes as text.
   *
   * @throws YamlException if they are not UTF-8
   */
  public static YamlText of(byte[] bytes, String label) {
    try {
      return new YamlText(
          label, StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString());
    } catch (CharacterCodingException e) {
      throw new YamlException(label + ": not text in UTF-8: save it as UTF-8", e);
    }
  }

  private static String reason(IOException e) {
    return e instanceof NoSuchFileException
        ? "no such file"
        : e instanceof AccessDeniedException ? "access denied" : e.toString();
  }

  /** Returns the text itself. */
  public String content() {
    return content;
  }

  /**
   * Returns the root of the tree; nothing when there is nothing in the text.
   *
   * @throws YamlException if it is not YAML, or more than we read of it
   */
  public Optional<Node> root() {
    var settings = LoadSettings.builder().setLabel(label).setAllowNonScalarKeys(true).build();
    try {
      // Composing is recursive: what is too deep must be found before.
      int depth = 0;
      for (var event : new Parse(settings).parseString(content)) {
        depth = look(event, depth);
      }
      return new Compose(settings).composeString(content);
    } catch (MarkedYamlEngineException e) {
      var mark = e.getProblemMark().or(e::getContextMark);
      throw new YamlException(
          at(mark) + ": not YAML: " + e.getProblem() + " (expected: key: value, one per line)", e);
    } catch (YamlEngineException e) {
      throw new YamlException(label + ": not YAML: " + e.getMessage(), e);
    }
  }

  private int look(Event event, int depth) {
    if (event instanceof NodeEvent node && node.getAnchor().isPresent()) {
      throw new YamlException(
          at(event.getStartMark())
              + ": \""
              + node.getAnchor().get()
              + "\" is an anchor or an alias (expected: none): write the value out");
    }
    int deeper = depth;
    if (event instanceof CollectionStartEvent) {
      deeper++;
    } else if (event instanceof CollectionEndEvent) {
      deeper--;
    }
    if (deeper > DEPTH_MAX) {
      throw new YamlException(
          at(event.getStartMark())
              + ": nested "
              + deeper
              + " deep (limit: "
              + DEPTH_MAX
              + "): flatten it");
    }
    return deeper;
  }

  /** Returns the file and the line, from 1, of a node. */
  public String at(Node node) {
    return at(node.getStartMark());
  }

  private String at(Optional<Mark> mark) {
    return mark.map(m -> label + ":" + (m.getLine() + 1)).orElse(label);
  }

  /** Returns whether a key has nothing behind it, which reads as an empty plain scalar. */
  public static boolean isNothing(Node node) {
    return node instanceof ScalarNode scalar
        && (scalar.getValue().isEmpty() || scalar.getValue().equals("null"))
        && scalar.isPlain();
  }
}
