package io.weft.routing;

import io.weft.mesh.MeshLimits;
import java.time.Duration;

/** Every limit, timeout and default of the gateway, the bridge and the admin API, with its unit. */
public final class RoutingLimits {
  /** Bytes in the body of a request. */
  public static final int BODY_MAX_BYTES = 1024 * 1024;

  /** Bytes in the first line of a request, which holds its path and query. */
  public static final int REQUEST_LINE_MAX_BYTES = 8 * 1024;

  /** Bytes in all headers of a request. */
  public static final int HEADERS_MAX_BYTES = 16 * 1024;

  /** How long a client may take to send the body of a request. */
  public static final Duration BODY_TIMEOUT = Duration.ofSeconds(15);

  /** How long a connection may be silent in both directions. */
  public static final Duration IDLE_TIMEOUT = Duration.ofSeconds(60);

  /** How long a stopping gateway waits for the requests that it runs. */
  public static final Duration DRAIN_TIMEOUT = MeshLimits.DRAIN_TIMEOUT;

  /**
   * How long a stopping gateway still takes connections on: its answers close those that are open,
   * and clients that ask whether it is ready go elsewhere.
   */
  public static final Duration DRAIN_GRACE = Duration.ofMillis(500);

  /** How long the node may take to say whether it is ready. */
  public static final Duration READINESS_TIMEOUT = Duration.ofSeconds(3);

  /** Streams that one HTTP/2 connection may have open. */
  public static final int HTTP2_STREAMS_MAX = 100;

  /** Faults of one request that are told to the client; checking stops there. */
  public static final int FAULTS_MAX = 20;

  /** Levels of nesting in a JSON document. */
  public static final int JSON_DEPTH_MAX = 32;

  /** Characters of a bad value that are repeated to the client. */
  public static final int QUOTED_MAX_CHARS = 64;

  /** Characters in a client's own {@code X-Request-Id}; a longer one is replaced. */
  public static final int REQUEST_ID_MAX_CHARS = 128;

  /** Bytes in one message of a bridge client: a body and its envelope. */
  public static final int BRIDGE_MESSAGE_MAX_BYTES = BODY_MAX_BYTES + 16 * 1024;

  /** Calls that one bridge client may have running. */
  public static final int BRIDGE_CALLS_MAX = 64;

  /** Bridge clients of one gateway instance. */
  public static final int BRIDGE_CLIENTS_MAX = 2_048;

  /** How long a bridge client may send nothing, not even a ping; the npm client pings every 5 s. */
  public static final Duration BRIDGE_PING_TIMEOUT = Duration.ofSeconds(30);

  /** Faulty messages that a bridge client may send in a row before it is cut off. */
  public static final int BRIDGE_FAULTS_MAX = 32;

  /** How fast a bridge client is forgiven: one faulty message per this. */
  public static final Duration BRIDGE_FAULT_FORGIVEN = Duration.ofSeconds(1);

  /** Characters in the address to which a bridge client wants its reply. */
  public static final int BRIDGE_ADDRESS_MAX_CHARS = 128;

  /**
   * Bytes that may wait to be sent to a bridge client while it hears of topics; a slower reader
   * hears of them no more.
   */
  public static final int BRIDGE_EVENTS_WAITING_MAX_BYTES = 1024 * 1024;

  /** Bytes that may wait to be sent to a bridge client; a slower reader is cut off. */
  public static final int BRIDGE_WAITING_MAX_BYTES = 8 * 1024 * 1024;

  /**
   * Event streams of one gateway instance; fewer than a lane and its peer may have between them, so
   * that the bridge has its own besides.
   */
  public static final int EVENT_STREAMS_MAX = MeshLimits.STREAMS_MAX - 24;

  /** Event streams that one gateway instance has for one client address. */
  public static final int EVENT_STREAMS_PER_ADDRESS_MAX = 128;

  /** Bytes that wait for the reader of an event stream before its source is paused. */
  public static final int EVENT_STREAM_WAITING_BYTES = 16 * 1024;

  /** How often a comment shows on an event stream that both sides are there; under 30 s. */
  public static final Duration EVENT_STREAM_HEARTBEAT = Duration.ofSeconds(15);

  /** The shortest time after which a client whose event stream has ended is to come again. */
  public static final Duration EVENT_STREAM_RETRY = Duration.ofSeconds(1);

  /** By how much more that time varies, so that the clients of a gateway do not come at once. */
  public static final Duration EVENT_STREAM_RETRY_SPREAD = Duration.ofSeconds(1);

  /** The longest wait before the events of a service are opened elsewhere; it doubles each time. */
  public static final Duration EVENTS_REOPEN_FIRST = Duration.ofMillis(100);

  /** The longest wait between two tries to open the events of a service. */
  public static final Duration EVENTS_REOPEN_MAX = Duration.ofSeconds(5);

  /** Instances of one service that may be asked for across the cluster. */
  public static final int SCALE_MAX_INSTANCES = 64;

  /** How long it may take to begin to make the summaries of users anew. */
  public static final Duration REBUILD_TIMEOUT = Duration.ofSeconds(30);

  /** Bytes in the body of a request to the admin API. */
  public static final int ADMIN_BODY_MAX_BYTES = 16 * 1024;

  /** How long client and server may take to agree on TLS. */
  public static final Duration TLS_HANDSHAKE_TIMEOUT = Duration.ofSeconds(5);

  /** How often the files of a certificate are looked at. */
  public static final Duration CERTIFICATE_LOOK_INTERVAL = Duration.ofSeconds(5);

  /** For how long browsers are to come back over TLS only: a year, in seconds. */
  public static final String TRANSPORT_SECURITY_HEADER = "max-age=31536000";

  /** How long a browser may keep that the pages of an origin may call. */
  public static final Duration ORIGIN_ANSWER_VALID = Duration.ofMinutes(10);

  /** Bytes from which on an answer is compressed. */
  public static final int COMPRESSED_MIN_BYTES = 1_024;

  /** Bytes beyond which it is not, so that it does not keep the event loop for long. */
  public static final int COMPRESSED_MAX_BYTES = 256 * 1024;

  /** Streams that a client of HTTP/2 may take back within {@link #RESETS_WINDOW}. */
  public static final int RESETS_MAX = 200;

  /** The time over which streams that are taken back count. */
  public static final Duration RESETS_WINDOW = Duration.ofSeconds(10);

  private RoutingLimits() {}
}
