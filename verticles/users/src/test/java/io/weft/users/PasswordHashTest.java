package io.weft.users;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

/** The hash of a password, as it is stored and compared. */
final class PasswordHashTest {
  /** As the reference implementation of Argon2 writes it. */
  private static final String REFERENCE =
      "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";

  @Test
  void aHashOfTheReferenceImplementationIsUnderstood() {
    assertTrue(PasswordHash.stored(REFERENCE).matches("password"));
    assertFalse(PasswordHash.stored(REFERENCE).matches("Password"));
    assertTrue(PasswordHash.stored(REFERENCE).outdated());
  }

  @Test
  void aHashMatchesItsPasswordOnly() {
    var hash = PasswordHash.stored(hash("correct horse").text());
    assertTrue(hash.matches("correct horse"));
    assertFalse(hash.matches("correct horse "));
    assertFalse(hash.outdated());
  }

  @Test
  void twoHashesOfOnePasswordDiffer() {
    assertNotEquals(hash("correct horse").text(), hash("correct horse").text());
  }

  @Test
  void nobodyHasAPassword() {
    assertFalse(PasswordHash.stored(null).matches(""));
    assertFalse(PasswordHash.stored(null).matches("correct horse"));
    assertFalse(PasswordHash.stored(null).outdated());
  }

  @Test
  void whatIsNoHashOfOursIsRefusedWithoutBeingTold() {
    var wrong =
        List.of(
            "",
            "correct horse",
            REFERENCE.replace("argon2id", "argon2d"),
            REFERENCE.replace("v=19", "v=16"),
            REFERENCE.replace("m=65536", "m=4"),
            REFERENCE.replace("m=65536", "m=9999999"),
            REFERENCE.replace("t=2", "t=0"),
            REFERENCE.replace("t=2", "t=999"),
            REFERENCE.replace("p=1", "p=2"),
            REFERENCE + "$");
    for (var text : wrong) {
      var refused =
          assertThrows(IllegalStateException.class, () -> PasswordHash.stored(text), text);
      assertFalse(String.valueOf(refused.getMessage()).contains("CTFhFdXPJO1a"), text);
    }
  }

  @Test
  void aHashWithAKnownSaltIsTheSameEachTime() {
    byte[] salt = {1, 2, 3};
    var one = PasswordHash.salted("correct horse", salt).text();
    assertEquals(one, PasswordHash.salted("correct horse", salt).text());
    assertNotEquals(one, PasswordHash.salted("correct house", salt).text());
    assertNotEquals(one, PasswordHash.salted("correct horse", new byte[] {1, 2}).text());
  }

  private static PasswordHash hash(String password) {
    return PasswordHash.of(password, PasswordHash.COST);
  }
}
