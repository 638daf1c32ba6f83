package io.weft.node.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Map;

/**
 * What surrounds a command.
 *
 * @param home the folder that holds {@code conf}
 * @param workingFolder the folder that the command was given in
 * @param environment the variables by name
 * @param out for what was asked
 * @param err for what is wrong
 * @param terminal whether a person watches
 */
public record Shell(
    Path home,
    Path workingFolder,
    Map<String, String> environment,
    PrintWriter out,
    PrintWriter err,
    boolean terminal) {}
