package io.weft.ledger;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.weft.mesh.MeshFailure;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

/** Cursors: ours come back as they went, and nobody else's are read. */
final class CursorsTest {
  private static final byte[] KEY = "a key of the tests".getBytes(StandardCharsets.UTF_8);
  private static final Cursors CURSORS = new Cursors(KEY);

  @Property(seed = "1")
  void aCursorGivesBackItsPosition(@ForAll("positions") List<String> position) {
    assertEquals(position, CURSORS.decode("list", CURSORS.encode("list", position)));
  }

  @Property(seed = "2")
  void aCursorWithAnyOneCharacterChangedIsRefused(
      @ForAll @IntRange(max = 60) int at, @ForAll("base64") char other) {
    String cursor =
        CURSORS.encode("list", List.of("2026-01-01T00:00:00Z", "an id of thirty or so characters"));
    String changed = cursor.substring(0, at) + other + cursor.substring(at + 1);
    if (!changed.equals(cursor)) {
      assertInvalid("list", changed);
    }
  }

  @Property(seed = "3")
  void aTextThatWeDidNotMakeIsRefused(@ForAll String text) {
    assertInvalid("list", text);
  }

  @Example
  void aCursorOfOtherFiltersIsRefused() {
    assertInvalid("orders?status=PENDING", CURSORS.encode("orders?status=CONFIRMED", List.of("a")));
  }

  @Example
  void aCursorMadeWithAnotherKeyIsRefused() {
    var other = new Cursors("another key".getBytes(StandardCharsets.UTF_8));
    assertInvalid("list", other.encode("list", List.of("a")));
  }

  @Example
  void aCursorLongerThanAnyOfOursIsRefusedUnread() {
    byte[] bytes = new byte[LedgerLimits.CURSOR_MAX_CHARS];
    assertInvalid("list", Base64.getUrlEncoder().withoutPadding().encodeToString(bytes));
  }

  @Provide
  Arbitrary<List<String>> positions() {
    return Arbitraries.strings()
        .excludeChars('\n')
        .ofMaxLength(20)
        .filter(text -> StorableText.isClean(text, false))
        .list()
        .ofMinSize(1)
        .ofMaxSize(3);
  }

  @Provide
  Arbitrary<Character> base64() {
    return Arbitraries.chars().alpha().numeric().with('-', '_');
  }

  private static void assertInvalid(String list, String cursor) {
    var e = assertThrows(MeshFailure.Application.class, () -> CURSORS.decode(list, cursor), cursor);
    assertEquals("cursor.invalid", e.code());
    assertEquals("/cursor", e.pointer());
  }
}
