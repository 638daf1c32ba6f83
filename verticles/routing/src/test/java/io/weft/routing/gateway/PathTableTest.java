package io.weft.routing.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Map;
import org.junit.jupiter.api.Test;

class PathTableTest {
  private final PathTable<String> table = new PathTable<>();

  PathTableTest() {
    for (var template :
        new String[] {
          "/v1/users", "/v1/users/{id}", "/v1/users/me", "/v1/users/{user}/orders/{order}", "/"
        }) {
      table.put(template, template);
    }
  }

  @Test
  void aPathWithoutParametersIsFoundAsItIs() {
    assertEquals("/v1/users", at("/v1/users").value());
    assertEquals(Map.of(), at("/v1/users").parameters());
    assertEquals("/", at("/").value());
  }

  @Test
  void aSegmentInPlaceOfAParameterIsItsValue() {
    assertEquals("/v1/users/{id}", at("/v1/users/7").value());
    assertEquals(Map.of("id", "7"), at("/v1/users/7").parameters());
    assertEquals(Map.of("user", "7", "order", "8"), at("/v1/users/7/orders/8").parameters());
  }

  @Test
  void whatIsNamedGoesBeforeWhatTakesAnything() {
    assertEquals("/v1/users/me", at("/v1/users/me").value());
    // Behind "me" there is nothing, but behind a parameter there is.
    assertEquals(Map.of("user", "me", "order", "8"), at("/v1/users/me/orders/8").parameters());
  }

  @Test
  void aSlashAtTheEndMeansNothing() {
    assertEquals("/v1/users", at("/v1/users/").value());
    assertEquals(Map.of("id", "7"), at("/v1/users/7/").parameters());
  }

  @Test
  void aPathThatIsNotThereIsNotFound() {
    for (var path :
        new String[] {
          "/v1",
          "/v1/user",
          "/v1/userss",
          "/v1/users/7/orders",
          "/v1/users/7/orders/8/9",
          "/V1/users",
          "/v1/users//",
          "/v1//orders"
        }) {
      assertNull(table.find(path), path);
    }
  }

  @Test
  void aParameterIsDecodedAndAPlusInItStaysOne() {
    assertEquals(Map.of("id", "a/b c+d+é"), at("/v1/users/a%2Fb%20c+d%2B%C3%A9").parameters());
  }

  @Test
  void aParameterThatIsNotPercentEncodedAsItShouldBeIsRefused() {
    assertThrows(IllegalArgumentException.class, () -> table.find("/v1/users/%zz"));
    assertThrows(IllegalArgumentException.class, () -> table.find("/v1/users/%2"));
  }

  private PathTable.Found<String> at(String path) {
    var found = table.find(path);
    assertNotNull(found, path);
    return found;
  }
}
