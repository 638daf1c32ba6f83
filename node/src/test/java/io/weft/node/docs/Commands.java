package io.weft.node.docs;

import io.weft.node.cli.CommandLines;
import io.weft.node.cli.Shell;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/** Commands as documents show them, and whether the scripts and commands of ours take them. */
final class Commands {
  /** What begins a command of ours, behind variables that are set for it. */
  private static final Pattern OURS =
      Pattern.compile("(?:[A-Z_]+=\\S* )*((?:scripts|lab|deploy)/[\\w./-]+|weft)(?: (.*))?");

  private static final Pattern FLAG = Pattern.compile("(--[a-z][a-z0-9-]*)(?:=.*)?");

  private final Path root;
  private final Map<String, String> usages = new ConcurrentHashMap<>();

  Commands(Path root) {
    this.root = root;
  }

  /** Returns the commands in a document: those of its shell blocks, and those in its prose. */
  static List<String> in(Markdown document) {
    var found = new ArrayList<String>();
    for (var block : document.blocks()) {
      if (List.of("", "sh", "bash").contains(block.language())) {
        whole(block.lines()).forEach(line -> found.addAll(parts(line)));
      }
    }
    document.code().forEach(code -> found.addAll(parts(code.replace('\n', ' '))));
    return found.stream().filter(each -> OURS.matcher(each).matches()).toList();
  }

  /** Joins what goes on in the next line. */
  private static List<String> whole(List<String> lines) {
    var joined = String.join("\n", lines).replaceAll("\\\\\n\\s*", "");
    return joined.lines().map(line -> line.replaceFirst("^\\$ ", "")).toList();
  }

  /** Splits a line into its commands; what is in quotes or behind a # is left out. */
  private static List<String> parts(String line) {
    var bare = line.replaceAll("'[^']*'|\"[^\"]*\"", "_").replaceFirst("(^|\\s)#.*", "");
    return Arrays.stream(bare.split("[|;&<>()]+|\\$\\(", -1)).map(String::strip).toList();
  }

  /** Returns what is wrong with a command; nothing when it can be given as it stands. */
  List<String> faults(String command) throws IOException {
    var matcher = OURS.matcher(command);
    if (!matcher.matches()) {
      return List.of();
    }
    var program = matcher.group(1);
    var words =
        matcher.group(2) == null ? List.<String>of() : List.of(matcher.group(2).split(" +"));
    if (!program.equals("weft") && !Files.exists(root.resolve(program))) {
      return List.of(command + ": no " + program);
    }
    var faults = new ArrayList<String>();
    boolean ofTheNode = false;
    for (var word : words) {
      ofTheNode |= word.equals("--");
      var flag = FLAG.matcher(word);
      if (flag.matches() && !known(program, words, flag.group(1), ofTheNode)) {
        faults.add(command + ": no " + flag.group(1));
      }
    }
    return faults;
  }

  private boolean known(String program, List<String> words, String flag, boolean ofTheNode)
      throws IOException {
    if (ofTheNode) {
      return has(usage("node"), flag);
    }
    if (program.equals("weft") || program.equals("scripts/weft")) {
      return has(usage(words.get(0)), flag)
          || (words.size() > 1 && has(usage(words.get(0), words.get(1)), flag));
    }
    // Some scripts hand their arguments on to the command of the same name.
    var command = program.replaceAll(".*/|\\.sh$", "");
    return has(Files.readString(root.resolve(program)), flag) || has(usage(command), flag);
  }

  private static boolean has(String text, String flag) {
    return Pattern.compile("(?<![\\w-])" + flag + "(?![\\w-])").matcher(text).find();
  }

  private String usage(String... command) {
    return usages.computeIfAbsent(String.join(" ", command), name -> help(command));
  }

  private String help(String... command) {
    var out = new StringWriter();
    var shell =
        new Shell(
            root, root, Map.of(), new PrintWriter(out), new PrintWriter(new StringWriter()), false);
    var arguments = new ArrayList<>(List.of(command));
    arguments.add("--help");
    CommandLines.run(shell, arguments.toArray(String[]::new));
    return out.toString();
  }
}
