package io.weft.mesh.bus;

import static io.weft.mesh.bus.Await.await;
import static io.weft.mesh.bus.Await.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.hazelcast.config.Config;
import com.hazelcast.core.Hazelcast;
import com.hazelcast.core.HazelcastInstance;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.weft.mesh.policy.PolicyDocument;
import io.weft.mesh.wire.JsonCodec;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The board of a member that is alone. */
@Timeout(60)
class HazelcastBoardTest {
  private static final PolicyDocument ONE =
      new PolicyDocument(1, "one", 1, PolicyDocument.APPLIED, "a", "2026-01-01T00:00:00Z");
  private static final PolicyDocument OTHER =
      new PolicyDocument(1, "other", 1, PolicyDocument.APPLIED, "b", "2026-01-01T00:00:00Z");

  private final Vertx vertx = Vertx.vertx();
  private final HazelcastInstance hazelcast = Hazelcast.newHazelcastInstance(alone());
  private final HazelcastBoard board =
      new HazelcastBoard(vertx, hazelcast, HazelcastBoard.POLICIES);

  private static Config alone() {
    var config = new Config().setClusterName("board-" + UUID.randomUUID());
    config.getNetworkConfig().setPort(0).getInterfaces().setEnabled(true).addInterface("127.0.0.1");
    config.getNetworkConfig().getJoin().getAutoDetectionConfig().setEnabled(false);
    config.getNetworkConfig().getJoin().getMulticastConfig().setEnabled(false);
    return config.setProperty("hazelcast.phone.home.enabled", "false");
  }

  @AfterEach
  void close() throws Exception {
    hazelcast.getLifecycleService().terminate();
    await(vertx.close());
  }

  @Test
  void anEpochIsGivenOutOnce() throws Exception {
    assertEquals(Optional.empty(), await(board.newest()));
    assertEquals(ONE, await(board.putIfAbsent(ONE)));
    assertEquals(ONE, await(board.putIfAbsent(OTHER)));
    assertEquals(Optional.of(ONE), await(board.newest()));
  }

  @Test
  void aDocumentIsReplacedOnlyIfItIsStillThere() throws Exception {
    await(board.putIfAbsent(ONE));
    assertTrue(await(board.replace(ONE, OTHER)));
    assertFalse(await(board.replace(ONE, OTHER)));
    assertEquals(List.of(OTHER), await(board.all()));
    await(board.remove(1));
    assertEquals(List.of(), await(board.all()));
  }

  @Test
  void aDocumentOfANewerNodeIsReadWithoutWhatIsNotKnown() throws Exception {
    var text = new JsonObject(JsonCodec.encode(ONE)).put("reason", "a field of later").encode();
    hazelcast.<Long, String>getMap("weft.policies").put(1L, text);
    assertEquals(Optional.of(ONE), await(board.newest()));
    assertEquals(ONE, await(board.putIfAbsent(OTHER)));
  }

  @Test
  void whatAnotherProgramPutThereIsIgnoredAndDoesNotHoldItsEpoch() throws Exception {
    hazelcast.<Long, String>getMap("weft.policies").put(1L, "{\"not\": \"ours\"}");
    assertEquals(Optional.empty(), await(board.newest()));
    assertEquals(List.of(), await(board.all()));
    assertEquals(ONE, await(board.putIfAbsent(ONE)));
    hazelcast.<Long, String>getMap("weft.policies").put(999L, "nonsense");
    hazelcast.<Object, Object>getMap("weft.policies").put("word", List.of(1));
    hazelcast.<Object, Object>getMap("weft.policies").put(998L, List.of(1));
    assertEquals(Optional.of(ONE), await(board.newest()));
    assertEquals(List.of(ONE), await(board.all()));
  }

  @Test
  void whoListensIsToldOfWhatIsPutUp() throws Exception {
    var told = new AtomicInteger();
    board.listen(told::incrementAndGet);
    await(board.putIfAbsent(ONE));
    await(board.replace(ONE, OTHER));
    eventually(() -> told.get() == 2);
  }
}
