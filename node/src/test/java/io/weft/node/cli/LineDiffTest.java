package io.weft.node.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class LineDiffTest {
  @Test
  void theSameTextDiffersInNothing() {
    assertEquals(List.of(), LineDiff.of("a\nb\n", "a\nb\n"));
    assertEquals(List.of(), LineDiff.of("a", "a\n"));
    assertEquals(List.of(), LineDiff.of("", ""));
  }

  @Test
  void changedLinesStandBetweenTheLinesAroundThem() {
    assertEquals(
        List.of("  3", "  4", "- 5", "+ five", "  6", "  7", "  …", "  9", "  10", "+ 11"),
        LineDiff.of("1\n2\n3\n4\n5\n6\n7\n8\n9\n10", "1\n2\n3\n4\nfive\n6\n7\n8\n9\n10\n11"));
  }

  @Test
  void whatMovedIsKeptWhereMostIsInCommon() {
    assertEquals(List.of("- a", "  b", "  c", "+ a"), LineDiff.of("a\nb\nc", "b\nc\na"));
  }

  @Test
  void allFromNothingAndNothingFromAll() {
    assertEquals(List.of("+ a"), LineDiff.of("", "a"));
    assertEquals(List.of("- a"), LineDiff.of("a", ""));
  }

  @Test
  void textsTooLongToCompareDifferAsAWhole() {
    var before = "a\n".repeat(3_000) + "x";
    var after = "b\n".repeat(3_000) + "y";
    assertEquals(6_002, LineDiff.of(before, after).size());
  }
}
