package io.weft.lab.fuzz;

import io.vertx.core.buffer.Buffer;
import io.weft.mesh.Cancellation;
import io.weft.mesh.Deadline;
import io.weft.mesh.Event;
import io.weft.mesh.MeshFailure.Application;
import io.weft.mesh.MeshFailure.Rejected;
import io.weft.mesh.Operation.Kind;
import io.weft.mesh.Origin;
import io.weft.mesh.Payload;
import io.weft.mesh.Priority;
import io.weft.mesh.Reply;
import io.weft.mesh.Request;
import io.weft.mesh.RetryCredit;
import io.weft.mesh.TraceContext;
import io.weft.mesh.link.BatchWriter;
import io.weft.mesh.link.Greeting;
import io.weft.mesh.link.HubAddress;
import io.weft.mesh.link.Invitation;
import io.weft.mesh.link.LinkEpoch;
import io.weft.mesh.link.LinkReason;
import io.weft.mesh.link.Packer;
import io.weft.mesh.link.SiteKey;
import io.weft.mesh.policy.Policy;
import io.weft.mesh.security.Principal;
import io.weft.mesh.wire.FrameWriter;
import io.weft.routing.bridge.MessageFrames;
import io.weft.sites.reach.EventPage;
import io.weft.sites.reach.EventPageCodec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;

/** Inputs for the fuzzer to begin with: something of each kind, as it should be. */
public final class Seeds {
  private static final byte[] HEADER = FrameWriter.header("peer", "i", 1, "t");
  private static final String ID = "6f1a2c6e-2b5d-4c1e-9a63-0d3f5b7c9e11";
  private static final Buffer BODY =
      Buffer.buffer("{\"number\":1,\"from\":\"a\",\"text\":\"b\",\"amountMinor\":2}");

  private Seeds() {}

  /** Writes the seeds: {@code FOLDER TARGET}. */
  public static void main(String[] arguments) throws IOException {
    var folder = Files.createDirectories(Path.of(arguments[0]));
    switch (arguments[1]) {
      case "frame" -> frames(folder, false);
      case "lane" -> frames(folder, true);
      case "bridge" -> messages(folder);
      case "policy" -> policies(folder);
      case "cursor" -> texts(folder, "AAAA", "2026-11-21T10:00:00Z\n" + ID, "\n");
      case "key" -> texts(folder, "k-1", ID, "a b", "\u0000k", "k".repeat(300));
      case "token" ->
          texts(folder, "e30.e30.AAAA", "eyJhbGciOiJub25lIn0.e30.", "eyJhbGciOiJSUzI1NiJ9", "..");
      case "link" -> links(folder);
      default -> throw new IllegalArgumentException(arguments[1] + " (expected: a target)");
    }
  }

  private static void policies(Path folder) throws IOException {
    texts(
        folder,
        """
        attributes:
          tenant: header X-Tenant
        defaults:
          timeout: 2s
          retries: {attemptsMax: 4, budget: 20%}
        services:
          users:
            routes:
              - match: {tenant: acme}
                split: {1.1.0: 100%}
            operations:
              users.get:
                attemptTimeout: 400ms
        """,
        "limits:\n  all: {rate: 5/s, burst: 9}\n",
        "defaults: &a {retries: *a}\n",
        "services: {orders: {allow: [routing, users], faults: []}}\n");
  }

  private static void texts(Path folder, String... texts) throws IOException {
    for (int i = 0; i < texts.length; i++) {
      Files.writeString(folder.resolve("seed-" + i), texts[i]);
    }
  }

  /** Writes messages of clients of the bridge, each as a browser and as a TCP client sends it. */
  private static void messages(Path folder) throws IOException {
    int number = 0;
    for (var message :
        List.of(
            "{\"type\":\"ping\"}",
            "{\"type\":\"send\",\"address\":\"users.get\",\"replyAddress\":\"r\","
                + "\"headers\":{\"traceparent\":\"00-1-2-01\"},\"body\":{\"id\":\""
                + ID
                + "\"}}",
            "{\"type\":\"send\",\"address\":\"orders.place\",\"headers\":"
                + "{\"Idempotency-Key\":\"k\",\"Authorization\":\"Bearer a.b.c\"},"
                + "\"body\":{\"userId\":\""
                + ID
                + "\",\"currency\":\"EUR\",\"lines\":[{\"sku\":\"A\",\"quantity\":1,"
                + "\"unitPrice\":5}]}}",
            "{\"type\":\"register\",\"address\":\"orders.placed\",\"headers\":{\"owner\":\"a\"}}",
            "{\"type\":\"authenticate\",\"headers\":{\"Authorization\":\"Bearer a.b.c\"}}",
            "{\"type\":\"unregister\",\"address\":\"orders.placed\"}",
            "{\"type\":\"publish\",\"address\":\"weft.fuzz.0\",\"body\":[null,1.5e3,\"\\u00e9\"]}")) {
      var seed = folder.resolve("seed-" + number++);
      Files.writeString(seed, message);
      Files.write(folder.resolve("seed-" + number++), MessageFrames.framed(message).getBytes());
    }
  }

  /** Writes one of each of what crosses a link, behind the byte that says which it is. */
  private static void links(Path folder) throws IOException {
    var key = SiteKey.create().shown();
    var fresh = Buffer.buffer(key.bytes());
    var epoch = new LinkEpoch(3, 4);
    int number = 0;
    for (var greeting :
        List.of(
            new Greeting.Hello(1, 1, "edge-1", key, fresh),
            new Greeting.Challenge(1, "cloud", key, fresh),
            new Greeting.Proof(epoch, Greeting.NO_SESSION, 5),
            new Greeting.Welcome(true, new UUID(1, 2), 6),
            new Greeting.Refused(LinkReason.SUPERSEDED, 1, 1, 7, "gone"),
            new Greeting.Join(1, 1, fresh, key, fresh),
            new Greeting.Joined("edge-1"))) {
      link(folder, number++, LinkTarget.GREETING, greeting.bytes());
    }
    var batch = new BatchWriter(9);
    try (var packer = new Packer()) {
      batch.message(1, packer.pack(BODY));
      batch.message(2, packer.pack(Buffer.buffer(new byte[2_000])));
    }
    batch.ping(1);
    batch.pong(2);
    batch.goodbye(LinkReason.LEAVING, "bye");
    link(folder, number++, LinkTarget.BATCH, batch.bytes());
    var code = Invitation.Code.create(new HubAddress("hub.example", 8080, true), key, "edge-1");
    link(folder, number++, LinkTarget.CODE, Buffer.buffer(code.text()));
    link(folder, number++, LinkTarget.KEY, fresh.copy().appendBytes(new byte[64]));
    var event = new Event(1, "users.changed", ID, ID, Instant.EPOCH, BODY);
    var page = EventPageCodec.INSTANCE.encode(new EventPage(List.of(event, event)));
    link(folder, number, LinkTarget.PAGE, page);
  }

  private static void link(Path folder, int number, byte kind, Buffer bytes) throws IOException {
    var seed = Buffer.buffer().appendByte(kind).appendBuffer(bytes);
    Files.write(folder.resolve("seed-" + number), seed.getBytes());
  }

  private static void frames(Path folder, boolean lane) throws IOException {
    var all = Buffer.buffer();
    int number = 0;
    for (var entry : entries()) {
      var seed = lane ? framed(entry) : Buffer.buffer(HEADER).appendBuffer(entry);
      all.appendBuffer(lane ? seed : entry);
      Files.write(folder.resolve("seed-" + number++), seed.getBytes());
    }
    Files.write(folder.resolve("seed-all"), all.getBytes());
  }

  private static Buffer framed(Buffer entry) {
    return Buffer.buffer()
        .appendByte((byte) 1)
        .appendShort((short) entry.length())
        .appendBuffer(entry);
  }

  private static List<Buffer> entries() {
    var entries = new ArrayList<Buffer>();
    var reply = new Reply(Payload.of(BODY), true);
    var item = Payload.of(BODY, "text/plain");
    var whole = Buffer.buffer(HEADER).appendBuffer(request(Kind.QUERY, "fuzz.ask", ""));
    int half = whole.length() / 2;
    entries.add(request(Kind.QUERY, "fuzz.ask", ""));
    entries.add(request(Kind.COMMAND, "fuzz.tell", "key-1"));
    entries.add(request(Kind.STREAM, "fuzz.watch", ""));
    entries.add(
        request(
            Kind.QUERY,
            "fuzz.ask",
            "",
            new Origin(
                TraceContext.NONE,
                "peer",
                Priority.CRITICAL,
                Map.of("tenant", "acme", "client", "::1"),
                new RetryCredit(1),
                true,
                new Principal("peer", Set.of("device"), Set.of("orders:read", "orders:write")))));
    entries.add(entry(writer -> writer.reply(7, reply, BODY)));
    entries.add(entry(writer -> writer.failure(7, new Application("a.b", "c", "/d"), 2)));
    entries.add(
        entry(
            writer ->
                writer.failure(
                    7, new Rejected(Rejected.Reason.DRAINING, "c", Duration.ofMillis(5)))));
    entries.add(entry(writer -> writer.item(7, 3, item, BODY)));
    entries.add(entry(writer -> writer.ended(7, 4)));
    entries.add(entry(writer -> writer.credit(7, 16)));
    entries.add(entry(writer -> writer.cancel(7)));
    entries.add(entry(FrameWriter::reset));
    entries.add(
        entry(
            writer -> {
              writer.piece(1, whole.length(), 0, whole.getBytes(), half);
              writer.piece(1, whole.length(), half, whole.getBytes(), whole.length() - half);
            }));
    return entries;
  }

  private static Buffer request(Kind kind, String operation, String key) {
    return request(kind, operation, key, Origin.of(TraceContext.NONE, "peer"));
  }

  private static Buffer request(Kind kind, String operation, String key, Origin origin) {
    var request =
        new Request(
            operation,
            kind,
            Payload.of(BODY),
            new Deadline(() -> 0, Duration.ofSeconds(1).toNanos()),
            key,
            origin,
            null,
            Cancellation.NEVER,
            Policy.DEFAULT);
    return entry(writer -> writer.request(7, "fuzz-1", request, BODY));
  }

  private static Buffer entry(Consumer<FrameWriter> entry) {
    var writer = new FrameWriter(new byte[0]);
    entry.accept(writer);
    return Buffer.buffer().appendBytes(writer.bytes(), 0, writer.size());
  }
}
