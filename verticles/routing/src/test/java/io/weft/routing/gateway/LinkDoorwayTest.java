package io.weft.routing.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.WebSocketClientOptions;
import io.vertx.core.http.WebSocketConnectOptions;
import io.weft.mesh.MeshLimits;
import io.weft.mesh.link.HubAddress;
import io.weft.routing.Await;
import io.weft.routing.GatewayFixture;
import org.junit.jupiter.api.Test;

/** Where links of other sites come in at the gateway. */
class LinkDoorwayTest {
  @Test
  void whereNobodyTakesLinksAProblemSaysSo() {
    try (var gateway = new GatewayFixture()) {
      var closed = gateway.get(HubAddress.PATH);
      assertEquals(503, closed.status());
      assertEquals("link.closed", closed.code());

      gateway.host.links().open(request -> request.response().setStatusCode(204).end());
      assertEquals(204, gateway.get(HubAddress.PATH).status());
      assertThrows(IllegalStateException.class, () -> gateway.host.links().open(request -> {}));
      gateway.host.links().close();
      assertEquals("link.closed", gateway.get(HubAddress.PATH).code());
    }
  }

  @Test
  void theLongestBatchOfALinkGoesThroughAsOneMessage() {
    try (var gateway = new GatewayFixture()) {
      Promise<Buffer> heard = Promise.promise();
      gateway
          .host
          .links()
          .open(
              request ->
                  request
                      .toWebSocket()
                      .onSuccess(
                          socket ->
                              socket.binaryMessageHandler(
                                  message ->
                                      socket
                                          .writeBinaryMessage(message)
                                          .onFailure(heard::tryFail))));
      var client =
          gateway.keep(
              gateway.vertx.createWebSocketClient(
                  new WebSocketClientOptions()
                      .setMaxFrameSize(MeshLimits.LINK_BATCH_MAX_BYTES)
                      .setMaxMessageSize(MeshLimits.LINK_BATCH_MAX_BYTES)));
      var socket =
          Await.result(
              client.connect(
                  new WebSocketConnectOptions()
                      .setHost("127.0.0.1")
                      .setPort(gateway.port)
                      .setURI(HubAddress.PATH)));
      socket.binaryMessageHandler(heard::tryComplete);
      socket.closeHandler(gone -> heard.tryFail("closed"));
      var batch = Buffer.buffer(new byte[MeshLimits.LINK_BATCH_MAX_BYTES]);
      Await.result(socket.writeBinaryMessage(batch));
      assertEquals(batch, Await.result(heard.future()));
      Await.result(client.close());
    }
  }
}
