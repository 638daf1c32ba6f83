package io.weft.routing.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import io.weft.mesh.Reply;
import java.io.IOException;
import java.util.Set;
import org.junit.jupiter.api.Test;

class AnswersTest {
  private static final Reply REPLY = Reply.of(Buffer.buffer("x".repeat(100)));

  private final Answers answers = new Answers(3, 10_000);

  private static Answers.Key key(String id) {
    return new Answers.Key("users.get", Buffer.buffer(id), "");
  }

  private void put(String id, String... tags) {
    answers.put(key(id), REPLY, 0, Set.of(tags));
  }

  @Test
  void whatWasNotAskedForTheLongestLeavesFirst() {
    put("a");
    put("b");
    put("c");
    assertNotNull(answers.get(key("a")));
    put("d");
    assertNull(answers.get(key("b")));
    assertEquals(3, answers.size());
    assertNotNull(answers.get(key("a")));
  }

  @Test
  void bytesAreBoundedTogetherWithWhatEachAnswerCostsBesides() {
    var few = new Answers(1_000, 3 * (Answers.OVERHEAD_BYTES + 200));
    for (int i = 0; i < 10; i++) {
      few.put(key("k" + i), REPLY, 0, Set.of("t" + i));
      assertTrue(few.bytes() <= 3 * (Answers.OVERHEAD_BYTES + 200));
    }
    assertEquals(3, few.size());
    assertEquals(3, few.tags());
  }

  @Test
  void anAnswerThatWouldNotFitIsNotKept() {
    new Answers(10, 100).put(key("a"), REPLY, 0, Set.of());
    var small = new Answers(10, 100);
    small.put(key("a"), REPLY, 0, Set.of());
    assertEquals(0, small.size());
  }

  @Test
  void droppingATagDropsWhatHasItAndLeavesNothingBehind() {
    put("a", "t", "u");
    put("b", "t");
    put("c", "u");
    answers.drop("t");
    assertNull(answers.get(key("a")));
    assertNull(answers.get(key("b")));
    assertNotNull(answers.get(key("c")));
    answers.drop("u");
    assertEquals(0, answers.bytes());
    assertEquals(0, answers.tags());
  }

  @Test
  void whenAllAreDroppedNothingIsLeftBehind() {
    put("a", "t", "u");
    put("b", "t");
    answers.clear();
    assertEquals(0, answers.size());
    assertEquals(0, answers.bytes());
    assertEquals(0, answers.tags());
    assertNull(answers.of(REPLY));
  }

  @Test
  void anAnswerInThePlaceOfAnotherTakesItsTagsAway() {
    put("a", "old");
    put("a", "new");
    answers.drop("old");
    assertNotNull(answers.get(key("a")));
    assertEquals(1, answers.tags());
  }

  @Test
  void aRequestIsAboutItsTextsAndWithoutAnIdAboutAnything() throws IOException {
    assertEquals(
        Set.of("=1", "=x"), Tags.of("users.get", Buffer.buffer("{\"id\":\"1\",\"a\":\"X\"}")));
    assertEquals(
        Set.of("=x", "*users"),
        Tags.of("users.list", Buffer.buffer("{\"limit\":7,\"in\":{\"id\":\"y\"},\"a\":\"x\"}")));
    var many = new JsonObject().put("id", "1");
    for (int i = 0; i < 1_000; i++) {
      many.put("f" + i, "x" + i);
    }
    var tags = Tags.of("users.get", many.toBuffer());
    assertTrue(tags.contains("*users") && tags.size() < 20, tags.toString());
    assertThrows(IOException.class, () -> Tags.of("users.get", Buffer.buffer("[1]")));
  }
}
