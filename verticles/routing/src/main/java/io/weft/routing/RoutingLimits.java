package io.weft.routing;

import io.weft.mesh.MeshLimits;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

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

  /** Operations and upstreams of which a port counts the requests apart. */
  public static final int METERED_OPERATIONS_MAX = 200;

  /** Statuses of one operation that are counted apart. */
  public static final int METERED_STATUSES_MAX = 20;

  /** How long requests take, as their histogram counts it: those that took at most so long. */
  public static final List<Duration> METERED_BOUNDS =
      Stream.of(1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000)
          .map(Duration::ofMillis)
          .toList();

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

  /** Headers of one message of a bridge client. */
  public static final int BRIDGE_HEADERS_MAX = 32;

  /** Calls that one bridge client may have running. */
  public static final int BRIDGE_CALLS_MAX = 64;

  /** Bridge clients of one gateway instance. */
  public static final int BRIDGE_CLIENTS_MAX = 2_048;

  /** Topics for which one bridge client may be registered. */
  public static final int BRIDGE_REGISTRATIONS_MAX = 64;

  /** Registrations of all bridge clients of one gateway instance. */
  public static final int BRIDGE_REGISTRATIONS_IN_ALL_MAX = 16_384;

  /** Messages that a bridge client may send per second, unless a setting says otherwise. */
  public static final int BRIDGE_MESSAGES_PER_SECOND = 500;

  /** For how many seconds a bridge client may save up messages that it did not send. */
  public static final int BRIDGE_MESSAGES_SAVED_SECONDS = 2;

  /** How long a bridge client may send nothing, not even a ping; the npm client pings every 5 s. */
  public static final Duration BRIDGE_PING_TIMEOUT = Duration.ofSeconds(30);

  /** How long a bridge client that is cut off may take to read what it was told before. */
  public static final Duration BRIDGE_CLOSE_TIMEOUT = Duration.ofSeconds(5);

  /** How often it is looked whether the tokens by which bridge clients registered are good. */
  public static final Duration BRIDGE_TOKEN_LOOK = Duration.ofMinutes(1);

  /** Faulty messages that a bridge client may send in a row before it is cut off. */
  public static final int BRIDGE_FAULTS_MAX = 32;

  /** How fast a bridge client is forgiven: one faulty message per this. */
  public static final Duration BRIDGE_FAULT_FORGIVEN = Duration.ofSeconds(1);

  /** Characters in the address to which a bridge client wants its reply. */
  public static final int BRIDGE_ADDRESS_MAX_CHARS = 128;

  /** Messages that are kept for later while a bridge client's registration is made. */
  public static final int BRIDGE_HELD_MAX = 512;

  /** Bytes of the messages that are kept for later while a bridge client's registration is made. */
  public static final int BRIDGE_HELD_MAX_BYTES = 2 * BRIDGE_MESSAGE_MAX_BYTES;

  /** Bytes that wait to be sent to a bridge client before no more of its messages are read. */
  public static final int BRIDGE_WAITING_BYTES = 256 * 1024;

  /**
   * Bytes that may wait to be sent to a bridge client while it hears of topics; a slower reader
   * hears of them no more.
   */
  public static final int BRIDGE_EVENTS_WAITING_MAX_BYTES = 1024 * 1024;

  /** Bytes that may wait to be sent to a bridge client; a slower reader is cut off. */
  public static final int BRIDGE_WAITING_MAX_BYTES = 8 * 1024 * 1024;

  /**
   * Bytes that may wait to be sent to all bridge clients of one gateway instance; past it, those
   * for which more than {@link #BRIDGE_WAITING_BYTES} wait are cut off.
   */
  public static final long BRIDGE_WAITING_IN_ALL_MAX_BYTES = 128L * 1024 * 1024;

  /** Bytes of a message that has not come whole yet, which any TCP client may have. */
  public static final int BRIDGE_HALF_BYTES = 64 * 1024;

  /**
   * Bytes of messages that have not come whole yet from all TCP clients of one gateway instance;
   * past it, those of which more than {@link #BRIDGE_HALF_BYTES} have come are cut off.
   */
  public static final long BRIDGE_HALF_IN_ALL_MAX_BYTES = 64L * 1024 * 1024;

  /**
   * Event streams of one gateway instance; fewer than a lane and its peer may have between them, so
   * that the bridge has its own besides.
   */
  public static final int EVENT_STREAMS_MAX = MeshLimits.STREAMS_MAX - 24;

  /** Event streams that one gateway instance has for one client address. */
  public static final int EVENT_STREAMS_PER_ADDRESS_MAX = 128;

  /** Bytes that wait for the reader of an event stream before its source is paused. */
  public static final int EVENT_STREAM_WAITING_BYTES = 16 * 1024;

  /**
   * How often a comment shows on an event stream that both sides are there, and it is looked
   * whether its client's credential is good; under 30 s. An API key that is revoked is good for no
   * stream after this and {@link #API_KEY_KEPT}.
   */
  public static final Duration EVENT_STREAM_HEARTBEAT = Duration.ofSeconds(15);

  /** The shortest time after which a client whose event stream has ended is to come again. */
  public static final Duration EVENT_STREAM_RETRY = Duration.ofSeconds(1);

  /** By how much more that time varies, so that the clients of a gateway do not come at once. */
  public static final Duration EVENT_STREAM_RETRY_SPREAD = Duration.ofSeconds(1);

  /** The longest wait before the events of a service are opened elsewhere; it doubles each time. */
  public static final Duration EVENTS_REOPEN_FIRST = Duration.ofMillis(100);

  /** The longest wait between two tries to open the events of a service. */
  public static final Duration EVENTS_REOPEN_MAX = Duration.ofSeconds(5);

  /** Buckets of one limit on one node, 20 bytes each: clients that are told apart at a time. */
  public static final int RATE_BUCKETS_MAX = 32 * 1024;

  /** How often the nodes of a site tell each other what they have given out. */
  public static final Duration SETTLE_EVERY = Duration.ofMillis(200);

  /** How long it may take to tell one node; it is not told again what it did not hear. */
  public static final Duration SETTLE_TIMEOUT = Duration.ofSeconds(1);

  /** Clients of one limit of whom one message tells; further ones are told of in the next. */
  public static final int SETTLED_CLIENTS_MAX = 1_024;

  /** Nodes whose last message is remembered. */
  public static final int SETTLING_NODES_MAX = 256;

  /** The longest wait that a bucket owes for what other nodes have given out. */
  public static final Duration RATE_DEBT_MAX = Duration.ofSeconds(10);

  /** Requests that one gateway instance runs at a time, if its settings do not say. */
  public static final int REQUESTS_MAX = 4_096;

  /** Connections that one gateway instance has at a time, if its settings do not say. */
  public static final int CONNECTIONS_MAX = 16_384;

  /** Those of them that come from one address, if its settings do not say. */
  public static final int CONNECTIONS_PER_ADDRESS_MAX = 2_048;

  /** How long a connection may take until the headers of its first request have come. */
  public static final Duration FIRST_REQUEST_TIMEOUT = Duration.ofSeconds(15);

  /** How long it may take from an answer until the headers of the next request have come. */
  public static final Duration NEXT_REQUEST_TIMEOUT = IDLE_TIMEOUT;

  /** How often it is looked which connections ask nothing. */
  public static final Duration CONNECTION_LOOK = Duration.ofSeconds(1);

  /** Answers that one gateway instance keeps. */
  public static final int CACHE_ENTRIES_MAX = 16_384;

  /** Bytes of answers and of what was asked for that one gateway instance keeps. */
  public static final int CACHE_MAX_BYTES = 32 * 1024 * 1024;

  /** Bytes of one answer that is kept. */
  public static final int CACHED_ANSWER_MAX_BYTES = 256 * 1024;

  /** How long after a failure the events of a service are asked for again, for kept answers. */
  public static final Duration CACHE_EVENTS_RETRY = Duration.ofSeconds(5);

  /** Instances of one service that may be asked for across the cluster; its nodes hold fewer. */
  public static final int SCALE_MAX_INSTANCES = 10_000;

  /** Milliseconds of latency that a plan of capacity may be made for. */
  public static final int PLAN_MILLIS_MAX = 60_000;

  /** Percent of the present rate that a plan of capacity may be made for. */
  public static final int PLAN_RATE_PERCENT_MAX = 100_000;

  /** How long it may take to begin to make the summaries of users anew. */
  public static final Duration REBUILD_TIMEOUT = Duration.ofSeconds(30);

  /** Bytes in the body of a request to the admin API. */
  public static final int ADMIN_BODY_MAX_BYTES = 16 * 1024;

  /** How long the admin API waits for what any other node tells. */
  public static final Duration NODE_TIMEOUT = Duration.ofSeconds(1);

  /** The window that is told of when nobody says which. */
  public static final int STAT_WINDOW_SECONDS = 10;

  /** The window that live readers are told of. */
  public static final int LIVE_WINDOW_SECONDS = 5;

  /** How often live readers are told. */
  public static final Duration LIVE_INTERVAL = Duration.ofSeconds(1);

  /** Streams that the admin API of one node has open. */
  public static final int ADMIN_STREAMS_MAX = 64;

  /** Bytes that wait for the reader of such a stream; what is more is dropped, and counted. */
  public static final int ADMIN_STREAM_WAITING_BYTES = 256 * 1024;

  /** Decisions that are told at a time. */
  public static final int DECISIONS_TOLD_MAX = 1_000;

  /** Traces that are told of at a time. */
  public static final int TRACES_TOLD_MAX = 500;

  /** Entries of the audit log that a node has at hand. */
  public static final int AUDIT_KEPT = 1_000;

  /** Bytes in a file of the audit log before the next one is begun; the one before is kept. */
  public static final int AUDIT_FILE_MAX_BYTES = 4 * 1024 * 1024;

  /** Entries that wait to be written into the file; one more is refused with its request. */
  public static final int AUDIT_WAITING_MAX = 1_024;

  /** Characters of what was asked that an entry of the audit log has. */
  public static final int AUDIT_DETAIL_MAX_CHARS = 200;

  /** Characters in the name by which a user of the host calls himself. */
  public static final int AUDIT_USER_MAX_CHARS = 64;

  /**
   * Names that a tap tells of what there is when its filter names what is not; more are counted.
   */
  public static final int TAP_KNOWN_MAX = 100;

  /** The longest that the answer to a call by the admin API may be of use. */
  public static final Duration ADMIN_CALL_TIMEOUT_MAX = Duration.ofMinutes(1);

  /** Instances that a doctor asks whether they are there; further ones are only counted. */
  public static final int PRESENCE_ASKED_MAX = 2_048;

  /** Instances that it asks at a time. */
  public static final int PRESENCE_AT_A_TIME = 64;

  /** How far clocks may be apart before it is told of. */
  public static final Duration CLOCK_SKEW_WARN = Duration.ofMillis(500);

  /** How far clocks may be apart before tokens are refused and times in logs mislead. */
  public static final Duration CLOCK_SKEW_FAIL = Duration.ofSeconds(5);

  /** For how long nodes may run several releases before somebody has forgotten an upgrade. */
  public static final Duration RELEASES_MIXED_WARN = Duration.ofHours(1);

  /** Characters in an API key; a longer one is none. */
  public static final int API_KEY_MAX_CHARS = 128;

  /**
   * How long it is kept whose an API key is, by which time one that was revoked is dead; as long as
   * users says that it may be.
   */
  public static final Duration API_KEY_KEPT = Duration.ofSeconds(10);

  /** API keys of which one gateway instance keeps whose they are. */
  public static final int API_KEYS_KEPT_MAX = 10_000;

  /** Upstreams that one node stands for. */
  public static final int UPSTREAMS_MAX = 64;

  /** Endpoints of one upstream on one node. */
  public static final int UPSTREAM_ENDPOINTS_MAX = 64;

  /** Routes of one upstream. */
  public static final int UPSTREAM_ROUTES_MAX = 16;

  /** Header fields that one rule of an upstream sets or removes, and methods that it calls safe. */
  public static final int UPSTREAM_RULES_MAX = 32;

  /** Bytes in what the admin API is told of an upstream; its record has to fit in discovery. */
  public static final int UPSTREAM_SPEC_MAX_BYTES = 6 * 1024;

  /** The longest that an answer of an upstream may be of use. */
  public static final Duration UPSTREAM_TIMEOUT_MAX = Duration.ofMinutes(10);

  /** How long a connection to an upstream may take to be made. */
  public static final Duration UPSTREAM_CONNECT_TIMEOUT = Duration.ofMillis(500);

  /** How long a connection to an upstream may be silent while a request is on it. */
  public static final Duration UPSTREAM_IDLE_TIMEOUT = Duration.ofSeconds(60);

  /**
   * How long a connection is kept for the next request: shorter than the servers in common use do,
   * so that no command goes out on one that is just being closed.
   */
  public static final Duration UPSTREAM_KEEP_ALIVE = Duration.ofSeconds(1);

  /** Connections to one endpoint of an upstream from one node. */
  public static final int UPSTREAM_CONNECTIONS_MAX = 64;

  /** Requests that wait for one of those connections; more are refused. */
  public static final int UPSTREAM_WAITING_MAX = 64;

  /** Bytes of a request's body that are collected before it is sent on; the rest is streamed. */
  public static final int UPSTREAM_REQUEST_COLLECTED_BYTES = 1024 * 1024;

  /** Bytes of an answer's body that are collected before it is handed on; the rest is streamed. */
  public static final int UPSTREAM_REPLY_COLLECTED_BYTES = 256 * 1024;

  /** How long the parts of an answer without a length are collected before it is handed on. */
  public static final Duration UPSTREAM_REPLY_COLLECTED = Duration.ofMillis(20);

  /** Bytes in a body that goes through to an upstream, or comes from one. */
  public static final long UPSTREAM_BODY_MAX_BYTES = 1024L * 1024 * 1024;

  /** Bodies of one gateway instance, or one endpoint, whose rest waits to be fetched. */
  public static final int UPSTREAM_BODIES_MAX = 256;

  /** How long the rest of a body waits to be fetched. */
  public static final Duration UPSTREAM_BODY_KEPT = Duration.ofSeconds(5);

  /** How often an endpoint of an upstream is checked when its description does not say. */
  public static final Duration HEALTH_INTERVAL_DEFAULT = Duration.ofSeconds(2);

  /** The shortest time between two checks of an endpoint. */
  public static final Duration HEALTH_INTERVAL_MIN = Duration.ofMillis(100);

  /** The longest time between two checks of an endpoint. */
  public static final Duration HEALTH_INTERVAL_MAX = Duration.ofMinutes(5);

  /** How long an endpoint may take to answer a check; never longer than the interval. */
  public static final Duration HEALTH_TIMEOUT = Duration.ofSeconds(1);

  /** Checks in a row that an endpoint must fail to be ill, unless it takes no connection at all. */
  public static final int HEALTH_FAILURES = 2;

  /** The longest time for which a heartbeat keeps an endpoint. */
  public static final Duration HEARTBEAT_MAX = Duration.ofMinutes(5);

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

  /** Bytes of a request of the admin API about sites: a code is some 150 characters. */
  public static final int SITE_REQUEST_MAX_BYTES = 4_096;

  /** How long such a command may take: joining goes to the hub, over whatever there is. */
  public static final Duration SITE_COMMAND_TIMEOUT = Duration.ofSeconds(25);

  /**
   * How long an order of a site's journal may wait, and a link have been there, before the doctor
   * says that orders do not go.
   */
  public static final Duration JOURNAL_WAIT_WARN = Duration.ofSeconds(60);

  /** How far the clocks of two linked sites may be apart before the doctor says so. */
  public static final Duration SITE_CLOCK_OFF_MAX = Duration.ofSeconds(30);

  private RoutingLimits() {}
}
