package io.weft.lab.call;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonObject;
import io.weft.lab.ChildProcess;
import io.weft.lab.LabException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Both halves of a system, in this process and in one of its own. */
@Timeout(60)
class SideTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(30);

  @Test
  void aClientCallsAServerAndBothTellWhatItTook() {
    var server = new ServingSide(new GrpcServer());
    var client = new CallingSide(new GrpcClient());
    var address = server.handle(command(Side.START));
    client.handle(command(Side.START).put("address", address));
    server.handle(command(Side.MARK));

    var answer = client.handle(command(Side.MEASURE).put("concurrency", 2).put("seconds", 1));

    var measure = Measure.of(answer);
    assertEquals(0, measure.errors(), measure.firstError());
    assertTrue(measure.answered() > 0, answer.encode());
    assertTrue(measure.p50Micros() <= measure.p99Micros(), answer.encode());
    assertTrue(answer.getLong(Side.ALLOCATED) > 100 * measure.answered(), answer.encode());
    long served = server.handle(command(Side.ALLOCATED)).getLong(Side.ALLOCATED);
    assertTrue(served > 100 * measure.answered(), served + " bytes");
  }

  @Test
  void aProcessTellsWhatItCannotDoAndEndsWhenTold() {
    long before = children();
    try (var process = SideMain.start(SideMain.SERVE, SystemUnderTest.GRPC)) {
      assertTrue(process.ask(command(Side.START), TIMEOUT).getInteger("port") > 0);

      var refused = assertThrows(LabException.class, () -> process.ask(command("dance"), TIMEOUT));

      assertTrue(String.valueOf(refused.getMessage()).contains("unknown to a server"));
    }
    assertEquals(before, children());
  }

  @Test
  void aProcessThatEndsByItselfIsSaidToHaveEnded() {
    try (var process = SideMain.start(SideMain.SERVE, SystemUnderTest.GRPC)) {
      process.ask(command(Side.START), TIMEOUT);
      process.end();

      var ended = assertThrows(LabException.class, () -> process.ask(command(Side.MARK), TIMEOUT));

      assertTrue(String.valueOf(ended.getMessage()).contains("grpc (serve): it ended"));
    }
  }

  @Test
  void whatAThreadAllocatesIsSeen() {
    var allocations = new Allocations();
    allocations.mark();
    var block = new byte[1 << 20];

    long bytes = allocations.sinceMark();

    assertTrue(bytes >= block.length, bytes + " bytes");
    assertFalse(bytes > 100L * block.length, bytes + " bytes");
  }

  private static long children() {
    return ProcessHandle.current().children().count();
  }

  private static JsonObject command(String what) {
    return new JsonObject().put(ChildProcess.DO, what);
  }
}
