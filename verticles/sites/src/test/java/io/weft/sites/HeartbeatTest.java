package io.weft.sites;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.vertx.core.buffer.Buffer;
import io.weft.mesh.MeshFailure;
import io.weft.mesh.wire.JsonCodec;
import io.weft.sites.LinkReport.Heartbeat;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What a site says of itself: what of it is believed. */
class HeartbeatTest {
  private static final String GOOD =
      "{\"nodes\":3,\"services\":[\"sites\",\"users\"],\"policyEpoch\":0,"
          + "\"version\":\"0.1.0+1\",\"now\":\"2026-01-01T00:00:00Z\"}";

  private static Heartbeat read(String json) {
    return JsonCodec.lenient(Heartbeat.class).decode(Buffer.buffer(json)).believed();
  }

  private static void refused(String field, String by) {
    var json = GOOD.replace(field, by);
    assertThrows(MeshFailure.class, () -> read(json), json);
  }

  @Test
  void whatALaterReleaseAddsIsPassedOver() {
    assertEquals(3, read(GOOD).nodes());
    assertEquals(read(GOOD), read(GOOD.replace("{", "{\"mood\":{\"is\":[\"good\"]},")));
  }

  @Test
  void whatAnEdgeSaysOfItselfIsBelievedAndMayHaveLines() {
    var said =
        "0,\"policyDigest\":\"0123456789abcdef\",\"edge\":{\"journalOrders\":7},"
            + "\"followed\":{\"state\":\"REFUSED\",\"hubEpoch\":7,\"takenEpoch\":5,\"why\":\"line 3:\\n\\ta key\"},\"version";
    var beat = read(GOOD.replace("0,\"version", said));
    assertEquals(7L, Objects.requireNonNull(beat.edge()).journalOrders());
    assertEquals("line 3:\n\ta key", Objects.requireNonNull(beat.followed()).why());
  }

  @Test
  void whatMakesNoSenseIsNotBelieved() {
    refused("\"nodes\":3,", "");
    refused("\"nodes\":3", "\"nodes\":-1");
    refused("\"policyEpoch\":0", "\"policyEpoch\":-1");
    refused("\"services\":[\"sites\",\"users\"],", "");
    refused("\"sites\"", "null");
    refused("sites", "Sites\\u001b[2J");
    refused("sites", "\\u0000");
    refused("\"version\":\"0.1.0+1\",", "");
    refused("0.1.0+1", "\\u001b]0;");
    refused("0.1.0+1", "1".repeat(65));
    refused(",\"now\":\"2026-01-01T00:00:00Z\"", "");
    refused("2026-", "-2026-");
    refused("2026-", "+1000000000-");
    refused("2026-", "+12026-");
    refused("\"sites\"", many());
    refused("0,\"version", "0,\"policyDigest\":\"no digest\",\"version");
    refused("0,\"version", "0,\"edge\":{\"journalOrders\":-1},\"version");
    refused("0,\"version", "0,\"followed\":{\"hubEpoch\":-1,\"takenEpoch\":5},\"version");
    refused(
        "0,\"version",
        "0,\"followed\":{\"hubEpoch\":7,\"takenEpoch\":5,\"why\":\"\\u001b[2J\"},\"version");
    assertThrows(MeshFailure.class, () -> read("[]"));
    assertThrows(MeshFailure.class, () -> read(""));
  }

  private static String many() {
    return IntStream.rangeClosed(0, SitesLimits.HEARTBEAT_SERVICES_MAX)
        .mapToObj(i -> "\"s" + i + "\"")
        .collect(Collectors.joining(","));
  }
}
