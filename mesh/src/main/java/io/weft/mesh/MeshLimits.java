package io.weft.mesh;

import java.time.Duration;

/** Every limit, timeout and default of the mesh, with its unit. */
public final class MeshLimits {
  /** How long an answer is of use when the caller does not say. */
  public static final Duration CALL_TIMEOUT = Duration.ofSeconds(2);

  /** How long one attempt of a call may take before another endpoint is tried. */
  public static final Duration ATTEMPT_TIMEOUT = Duration.ofSeconds(1);

  /** How many attempts one call may make, the first included. */
  public static final int ATTEMPTS_MAX = 4;

  /** The longest wait before a second attempt; it doubles with each further one. */
  public static final Duration RETRY_BACKOFF = Duration.ofMillis(10);

  /** How late a call that waits to be tried again notices that nobody waits for its answer. */
  public static final Duration RETRY_PAUSE_PART = Duration.ofMillis(50);

  /** Retries that a client earns with each call that is answered. */
  public static final double RETRY_BUDGET_RATIO = 0.2;

  /** Retries per second that a client has besides those that it earns. */
  public static final double RETRY_BUDGET_RESERVE_PER_SECOND = 10;

  /** How long what was earned of a retry budget is kept: longer than the loss of a node is felt. */
  public static final Duration RETRY_BUDGET_WINDOW = Duration.ofSeconds(1);

  /** Operations that one event loop knows by themselves as their caller; further ones share. */
  public static final int OPERATIONS_KNOWN_MAX = 1_024;

  /** How late the second attempt of a hedged query may be. */
  public static final Duration HEDGE_TICK = Duration.ofMillis(1);

  /** Further attempts that a call may pass on to the calls made on its behalf. */
  public static final int RETRY_CREDIT_MAX = 16;

  /** Calls of a node of which it is kept how they were made. */
  public static final int EXPLANATIONS_MAX = 256;

  /** Endpoints that are kept of those looked at for one attempt; further ones are counted. */
  public static final int EXPLAINED_CANDIDATES_MAX = 64;

  /** Attempts, and notes of other kinds, that are kept of one call. */
  public static final int EXPLAINED_STEPS_MAX = 32;

  /** Attributes of a call. */
  public static final int ATTRIBUTES_MAX = 8;

  /** Characters in the name or the value of an attribute. */
  public static final int ATTRIBUTE_MAX_CHARS = 128;

  /** How many times the mean load an endpoint of a hash ring may have. */
  public static final double HASH_LOAD_BOUND = 1.25;

  /** How many times as dear as far endpoints near ones may be and still be preferred. */
  public static final double SPILL_OVER = 4;

  /** How long a new instance gets less than its full share. */
  public static final Duration SLOW_START = Duration.ofSeconds(10);

  /** Failures in a row that eject an endpoint. */
  public static final int BREAKER_CONSECUTIVE_FAILURES = 5;

  /** The share of failures that ejects an endpoint. */
  public static final double BREAKER_ERROR_RATE = 0.5;

  /** The share of slow answers that ejects an endpoint. */
  public static final double BREAKER_SLOW_RATE = 0.5;

  /** Attempts below which no share counts. */
  public static final int BREAKER_VOLUME_MIN = 20;

  /** The time over which shares of failed and slow attempts are taken. */
  public static final Duration BREAKER_WINDOW = Duration.ofSeconds(10);

  /** How long an endpoint is ejected the first time. */
  public static final Duration EJECTION = Duration.ofSeconds(5);

  /** How long an endpoint is ejected at most. */
  public static final Duration EJECTION_MAX = Duration.ofMinutes(5);

  /** The share of a service's endpoints that are ejected at most. */
  public static final double EJECTED_SHARE_MAX = 0.5;

  /** The longest time over which shares of failed and slow attempts can be taken. */
  public static final Duration BREAKER_WINDOW_MAX = Duration.ofMinutes(1);

  /**
   * How long after the last probe of an ill endpoint the next one is due: an endpoint that is well
   * again is tried within this time and a few calls.
   */
  public static final Duration PROBE_INTERVAL = Duration.ofSeconds(2);

  /**
   * How long a due probe waits for a query before it takes a command, whose caller waits longer.
   */
  public static final Duration PROBE_QUERIES_FIRST = Duration.ofSeconds(1);

  /** Good probes in a row that bring an endpoint back before its time is up. */
  public static final int PROBES_EARLY = 5;

  /** At most one pick in so many is a trial: a probe, or the first call of a new endpoint. */
  public static final int TRIAL_ONE_IN = 4;

  /** Calls that one instance runs at a time before it is known how many do well. */
  public static final int INSTANCE_RUNNING_INITIAL = 64;

  /** Calls that one instance runs at a time however badly they do. */
  public static final int INSTANCE_RUNNING_MIN = 8;

  /** One in so many of the calls that may run is kept free for those of critical priority. */
  public static final int CRITICAL_ONE_IN = 8;

  /** Calls by which an instance judges whether half as many at a time would do. */
  public static final int LIMIT_SAMPLES = 50;

  /** How often it tries at most. */
  public static final Duration LIMIT_TRY_INTERVAL = Duration.ofMillis(500);

  /** How long it tries at most. */
  public static final Duration LIMIT_TRY_MAX = Duration.ofSeconds(5);

  /** How many times as long as it tried it leaves the limit alone, when that did not go up. */
  public static final int LIMIT_TRY_ONE_IN = 4;

  /** How often it is looked at whether calls end too late. */
  public static final Duration LIMIT_USELESS_INTERVAL = Duration.ofMillis(250);

  /** Calls below which it is not looked at. */
  public static final int LIMIT_ENDED_MIN = 8;

  /** How long after its deadline a call that is not answered counts as running. */
  public static final Duration OVERDUE = Duration.ofSeconds(5);

  /** How often an instance that is full looks for calls that are overdue. */
  public static final Duration OVERDUE_INTERVAL = Duration.ofSeconds(1);

  /** How many times as long as usual a call that waits must still be able to take. */
  public static final int PATIENCE_USUALS = 2;

  /** Values of an attribute that have a bucket of their own, per operation and instance. */
  public static final int RATE_BUCKETS_MAX = 1_024;

  /** By how much an instance's load must change before callers are told of it. */
  public static final double LOAD_STEP = 0.125;

  /** How often callers are told of a load that stays: what they know of it grows old. */
  public static final Duration LOAD_TELL_INTERVAL = Duration.ofSeconds(1);

  /** Instances of which it is remembered what one peer was told. */
  public static final int LOADS_TOLD_MAX = 256;

  /** Calls that wait at one instance. */
  public static final int INSTANCE_QUEUE_MAX = 256;

  /** Characters in an idempotency key. */
  public static final int KEY_MAX_CHARS = 255;

  /** Characters in the name of an operation, so that an instance's name fits in a frame too. */
  public static final int OPERATION_MAX_CHARS = 255;

  /** Bytes in the body of a request or of a reply. */
  public static final int BODY_MAX_BYTES = 4 * 1024 * 1024;

  /** Bytes above which a frame takes no further entry. */
  public static final int FRAME_FULL_BYTES = 32 * 1024;

  /** Entries in a frame: more are split, so that the peer begins while this node still writes. */
  public static final int FRAME_ENTRIES_MAX = 32;

  /** Entries, names included, in a frame that is read: a frame with more is refused. */
  public static final int FRAME_ENTRIES_READ_MAX = 256;

  /** Bytes in a name in a frame: of a node, incarnation, instance, operation or caller. */
  public static final int NAME_MAX_BYTES = 512;

  /** Different names in a frame: of instances, operations and callers. */
  public static final int FRAME_NAMES_MAX = 64;

  /** Bytes of an entry above which it goes in pieces, so that it does not hold up small ones. */
  public static final int PIECE_BYTES = 32 * 1024;

  /** Bytes of a frame: a full one, one more entry, and names and texts at their longest. */
  public static final int FRAME_MAX_BYTES = 256 * 1024;

  /** Bytes of a frame that goes in pieces: one entry with the largest body. */
  public static final int LARGE_FRAME_MAX_BYTES = BODY_MAX_BYTES + FRAME_MAX_BYTES;

  /** Frames that go to one lane of a peer in pieces at a time; further ones wait their turn. */
  public static final int LARGE_FRAMES_AT_A_TIME = 4;

  /**
   * Frames that arrive from one lane of a peer in pieces. An honest peer sends fewer; but what a
   * connection that was torn down still held may come between those of the next one.
   */
  public static final int LARGE_FRAMES_ARRIVING_MAX = 4 * LARGE_FRAMES_AT_A_TIME;

  /** Bytes given to the network for one lane of a peer and not yet taken by it. */
  public static final int UNSENT_WINDOW_BYTES = 256 * 1024;

  /** Bytes that wait for one lane of a peer; what would be more is refused at once. */
  public static final int OUTBOX_MAX_BYTES = 8 * 1024 * 1024;

  /** Bytes kept free of requests in an outbox, so that answers still find room. */
  public static final int OUTBOX_RESERVE_BYTES = 2 * 1024 * 1024;

  /** How often a node tries to tell a peer that it cannot reach of answers that were lost. */
  public static final Duration RESET_INTERVAL = Duration.ofMillis(500);

  /** How often it tries in a row: what waits for those answers has met its deadline by then. */
  public static final int RESET_ATTEMPTS_MAX = 20;

  /** Characters of a failure's message, code or pointer on the wire; the rest is cut off. */
  public static final int TEXT_MAX_CHARS = 4 * 1024;

  /** Items of a stream that are on their way or wait for their reader. */
  public static final int STREAM_WINDOW_ITEMS = 128;

  /** Items that the source of a stream is asked for at a time on behalf of a peer. */
  public static final int STREAM_GRANT_ITEMS = 16;

  /** Bytes of an item of a stream: what is larger is better sent as several. */
  public static final int ITEM_MAX_BYTES = 64 * 1024;

  /** Bytes in the body of an event; with all that stands beside it, it still is one item. */
  public static final int EVENT_BODY_MAX_BYTES = 56 * 1024;

  /** Characters in the id of an event's aggregate or owner. */
  public static final int EVENT_ID_MAX_CHARS = 255;

  /** Streams that are open between one lane and one lane of a peer, each way. */
  public static final int STREAMS_MAX = 1_024;

  /** Streams of one instance that are open at a time, whoever reads them. */
  public static final int INSTANCE_STREAMS_MAX = 4_096;

  /** What is left of the deadline of calls that a stream makes: they have their own timeouts. */
  public static final Duration STREAM_DEADLINE = Duration.ofDays(365);

  /** Plain event-bus messages to one service that a node has running at a time. */
  public static final int MESSAGES_RUNNING_MAX = 256;

  /** How long the sender of a plain event-bus message may want to wait. */
  public static final Duration MESSAGE_DEADLINE_MAX = Duration.ofMinutes(10);

  /** Lanes of a node. */
  public static final int LANES_MAX = 1_024;

  /** Lanes of other nodes, each incarnation for itself, that one lane remembers at a time. */
  public static final int PEER_LANES_MAX = 16 * 1024;

  /** Bytes that have come, at one lane, of frames that are not whole; the oldest make room. */
  public static final int PIECES_MAX_BYTES = 64 * 1024 * 1024;

  /** Frames, at one lane, of which only a part has come; the oldest make room. */
  public static final int PIECES_MAX_FRAMES = 1_024;

  /** How often a lane forgets peers that it did not hear of, and frames that did not grow. */
  public static final Duration SWEEP_INTERVAL = Duration.ofSeconds(10);

  /** How often bad input of one kind is logged; what comes in between is counted. */
  public static final Duration COMPLAINT_INTERVAL = Duration.ofSeconds(10);

  /** Characters of a line about bad input. */
  public static final int COMPLAINT_MAX_CHARS = 500;

  /** How often a lane takes note that its event loop runs. */
  public static final Duration STANDSTILL_TICK = Duration.ofMillis(100);

  /** How late that is when the event loop has stood still. */
  public static final Duration STANDSTILL_NOTICED = Duration.ofMillis(250);

  /** How long after a standstill what is read may have come during it. */
  public static final Duration STANDSTILL_READ = Duration.ofMillis(250);

  /** How often the deadlines of pending calls are looked at: how late one may end. */
  public static final Duration WHEEL_TICK = Duration.ofMillis(5);

  /** Buckets of the wheel of deadlines: those within 2.56 s are looked at once. */
  public static final int WHEEL_BUCKETS = 512;

  /** Calls that one event loop has in flight to one endpoint. */
  public static final int ENDPOINT_IN_FLIGHT_MAX = 1_024;

  /** Calls that one instance runs at a time; one more is rejected. */
  public static final int INSTANCE_RUNNING_MAX = 1_024;

  /** When a caller that met a full or stopping instance may try it again. */
  public static final Duration RETRY_AFTER = Duration.ofSeconds(1);

  /** Bytes in a document of policies. */
  public static final int POLICIES_MAX_BYTES = 64 * 1024;

  /** Documents of policies that are kept to be rolled back to. */
  public static final int EPOCHS_KEPT = 10;

  /** How long a change of policies may wait for what the nodes of a site share. */
  public static final Duration BOARD_TIMEOUT = Duration.ofSeconds(10);

  /** How long the answer to a mirrored query is waited for, to let its place be taken. */
  public static final Duration MIRROR_TIMEOUT = Duration.ofSeconds(1);

  /** Mirrored queries that one event loop has on their way; further ones are left out. */
  public static final int MIRRORS_IN_FLIGHT_MAX = 64;

  /** Calls that one event loop delays on purpose at a time; further ones are not delayed. */
  public static final int DELAYED_CALLS_MAX = 4_096;

  /** How often a node renews its lease. */
  public static final Duration ANNOUNCE_INTERVAL = Duration.ofMillis(500);

  /** How long a node is believed after its last announcement. */
  public static final Duration LEASE = Duration.ofSeconds(2);

  /**
   * After how long a silence somebody looks whether a node can be reached: before its lease ends.
   */
  public static final Duration DOUBT = Duration.ofMillis(1_500);

  /** How long a connection may take by which a node shows that it can be reached. */
  public static final Duration KNOCK_TIMEOUT = Duration.ofMillis(500);

  /** How long the two ends of a connection of the bus may take to agree on TLS. */
  public static final Duration BUS_HANDSHAKE_TIMEOUT = Duration.ofSeconds(5);

  /** How long a certificate of the development authority is valid. */
  public static final Duration DEVELOPMENT_CERTIFICATE_VALID = Duration.ofDays(397);

  /** How long the development authority itself is valid. */
  public static final Duration DEVELOPMENT_AUTHORITY_VALID = Duration.ofDays(3_650);

  /** How long keytool may take for one step; it is a JVM of its own. */
  public static final Duration KEYTOOL_TIMEOUT = Duration.ofSeconds(60);

  /** Instances of one node: a record with more is not one of ours. */
  public static final int INSTANCES_MAX = 4_096;

  /** Records of other things than instances that one node publishes. */
  public static final int PUBLISHED_MAX = 1_024;

  /** Characters of a record that a node publishes. */
  public static final int PUBLISHED_MAX_CHARS = 8 * 1024;

  /** Characters of a node's record, with all that it lists: a longer one is not one of ours. */
  public static final int RECORD_MAX_CHARS = 16 * 1024 * 1024;

  /** How long an answer of a name server is waited for. */
  public static final Duration DNS_TIMEOUT = Duration.ofSeconds(5);

  /** How soon a name is asked for again at the earliest, whatever the life of its records. */
  public static final Duration DNS_INTERVAL_MIN = Duration.ofSeconds(5);

  /** How soon a name is asked for again at the latest. */
  public static final Duration DNS_INTERVAL_MAX = Duration.ofMinutes(5);

  /** Addresses of one service that are taken from DNS; the rest is left. */
  public static final int DNS_TARGETS_MAX = 256;

  /** Incarnations of one node that are known to have been replaced; older ones are forgotten. */
  public static final int INCARNATIONS_KNOWN = 8;

  /** How long a silent node's record is kept for static stability before it may be dropped. */
  public static final Duration RECORD_KEPT = Duration.ofMinutes(10);

  /** Lost nodes that a node knows of at a time; the oldest makes room. */
  public static final int LOSSES_MAX = 256;

  /** How often a node writes its record anew, whether or not it seems to be there. */
  public static final Duration REASSERT_INTERVAL = Duration.ofSeconds(5);

  /** How long a stopping instance waits for the calls that it runs. */
  public static final Duration DRAIN_TIMEOUT = Duration.ofSeconds(10);

  /** How long a stopping instance still takes calls on, while the news of it travels. */
  public static final Duration DRAIN_NOTICE = Duration.ofMillis(100);

  /** How long a stopped instance stays in its node's record, while its last answers travel. */
  public static final Duration ANSWER_NOTICE = Duration.ofMillis(50);

  /** The time constant with which an endpoint's measured latency is forgotten. */
  public static final Duration LATENCY_DECAY = Duration.ofSeconds(1);

  /** Latencies below this count as this: among quick endpoints only their load decides. */
  public static final Duration LATENCY_FLOOR = Duration.ofMillis(1);

  /** The time constant with which an endpoint's failures are forgotten. */
  public static final Duration FAILURE_DECAY = Duration.ofSeconds(3);

  /** How many times as dear one may be and still be as good, where weights are to be kept. */
  public static final double COST_TOLERANCE = 1.25;

  /** The longest latency that failed attempts count as. */
  public static final Duration FAILURE_COUNTS_AS_MAX = Duration.ofSeconds(10);

  /** How long the load that an endpoint told of itself counts, less and less. */
  public static final Duration LOAD_FRESH = Duration.ofSeconds(2);

  /** The part of an endpoint's speed that is thought gone when it is at its limit. */
  public static final double LOAD_SLOWS = 0.9;

  /** The part of its share that a new instance begins with. */
  public static final double WARMTH_MIN = 0.1;

  /** How often a draw is repeated that met a candidate which is not to be drawn now. */
  public static final int REDRAWS_MAX = 16;

  /** Turns of one endpoint in a round of round robin. */
  public static final int TURNS_MAX = 64;

  /** Points on a ring of hashes of the endpoint with the least weight, while there are few. */
  public static final int RING_POINTS = 128;

  /** Points on a ring of hashes. */
  public static final int RING_POINTS_MAX = 128 * 1024;

  /** Points of a ring that one pick looks at. */
  public static final int RING_WALK_MAX = 256;

  /** One pick in so many goes to an endpoint drawn at random, so that none is ever starved. */
  public static final int EXPLORE_ONE_IN = 64;

  /** Characters of a token: longer ones are refused before anything in them is looked at. */
  public static final int TOKEN_MAX_CHARS = 4 * 1024;

  /** How long a token may be good for that is issued here. */
  public static final Duration TOKEN_LIFETIME_MAX = Duration.ofDays(30);

  /** How far the clock of whoever issued a token may be ahead of ours. */
  public static final Duration TOKEN_LEEWAY = Duration.ofSeconds(30);

  /** Tokens that one gateway remembers to have found good; the one longest unused makes room. */
  public static final int TOKENS_KEPT_MAX = 4_096;

  /** How long a token that was found good is not looked at again; at most until it expires. */
  public static final Duration TOKEN_KEPT = Duration.ofMinutes(1);

  /** Principals of calls that one lane remembers to have read. */
  public static final int PRINCIPALS_KEPT_MAX = 1_024;

  /** Characters of who a token says that asks. */
  public static final int SUBJECT_MAX_CHARS = 128;

  /** Roles of a principal; and, apart from them, its scopes. */
  public static final int SCOPES_MAX = 32;

  /** Characters of a role or a scope. */
  public static final int SCOPE_MAX_CHARS = 64;

  /** Keys that tokens are checked with at a time. */
  public static final int KEYS_MAX = 16;

  /** Characters of the name of a key. */
  public static final int KEY_ID_MAX_CHARS = 128;

  /** Bytes of a file, or of an answer, with keys. */
  public static final int KEYS_MAX_BYTES = 64 * 1024;

  /** Bits of an RSA key that tokens are signed with, at least; keys made here have as many. */
  public static final int RSA_MIN_BITS = 2_048;

  /** Bits of an RSA key, at most: checking costs their square. */
  public static final int RSA_MAX_BITS = 4_096;

  /** How often a file of keys is looked at for changes. */
  public static final Duration KEY_FILE_INTERVAL = Duration.ofSeconds(5);

  /** How often a JWKS URL is asked for its keys. */
  public static final Duration JWKS_INTERVAL = Duration.ofMinutes(5);

  /** How long an answer with keys is waited for. */
  public static final Duration JWKS_TIMEOUT = Duration.ofSeconds(5);

  /** How soon keys are asked for again at the earliest, by tokens of a key that is not known. */
  public static final Duration KEYS_ASKED_INTERVAL = Duration.ofSeconds(10);

  /** How far back what came in the last seconds is remembered. */
  public static final int WINDOW_MAX_SECONDS = 60;

  /** Decisions of a node that are remembered; the oldest makes room. */
  public static final int DECISIONS_MAX = 256;

  /** Endpoints of which a node knows which of its event loops leave them out. */
  public static final int EJECTIONS_KNOWN_MAX = 4_096;

  /** Characters of why something was decided; the rest is cut off. */
  public static final int DECISION_MAX_CHARS = 500;

  /** Who listens to the decisions of a node at a time; one more is refused. */
  public static final int DECISION_LISTENERS_MAX = 64;

  /** How often it is told that an instance refuses calls; what comes in between is counted. */
  public static final Duration SHED_TOLD_INTERVAL = Duration.ofSeconds(10);

  /** How often the parts of a node write down how they stand, for those who ask. */
  public static final Duration GAUGE_INTERVAL = Duration.ofSeconds(1);

  /** Endpoints that are not well and are listed one by one; further ones are only counted. */
  public static final int GAUGED_ENDPOINTS_MAX = 256;

  /** One in so many traces is kept whatever becomes of it, unless the settings say another. */
  public static final int TRACES_ONE_IN = 100;

  /** Calls that took longer are kept as spans in any case, unless the settings say another. */
  public static final Duration TRACES_SLOW = Duration.ofMillis(250);

  /** Traces that a node keeps of each kind: slow ones, failed ones, and the others. */
  public static final int TRACES_KEPT = 512;

  /** Spans that a node keeps of one trace; further ones are counted. */
  public static final int TRACE_SPANS_MAX = 128;

  /** Spans that a node keeps of all traces together: some 6 MiB. */
  public static final int SPANS_KEPT_MAX = 16_384;

  /** Spans that a node takes per second; further ones are dropped, and counted. */
  public static final int SPANS_PER_SECOND = 1_000;

  /** Characters of a text in a span; the rest is cut off. */
  public static final int SPAN_TEXT_MAX_CHARS = 200;

  /** Calls of one second that one node tells to whoever looks on. */
  public static final int TAPPED_PER_SECOND = 1_000;

  /** How long an instance may take to say that it is there. */
  public static final Duration PRESENCE_TIMEOUT = Duration.ofSeconds(1);

  /** Bytes of a site's name on a link. */
  public static final int SITE_NAME_MAX_BYTES = 64;

  /** Bytes of one message of a link before both sides have proved who they are. */
  public static final int LINK_HANDSHAKE_MAX_BYTES = 1_024;

  /** Bytes of one message of a session of a link. */
  public static final int LINK_MESSAGE_MAX_BYTES = 256 * 1024;

  /** Bytes of a batch of a link above which no further message is written to it. */
  public static final int LINK_BATCH_FULL_BYTES = 64 * 1024;

  /** Bytes of a batch of a link that is read: one that was almost full, and a message. */
  public static final int LINK_BATCH_MAX_BYTES = 384 * 1024;

  /** Bytes of a message of a link from which on it is compressed, if that makes it smaller. */
  public static final int LINK_DEFLATE_MIN_BYTES = 1_024;

  /** Bytes of a link's messages that one side has sent and the other has not acknowledged. */
  public static final int LINK_WINDOW_BYTES = 4 * 1024 * 1024;

  /** Bytes that are not acknowledged above which a link takes no further requests: for answers. */
  public static final int LINK_REQUESTS_MAX_BYTES = LINK_WINDOW_BYTES / 2;

  /** Calls of one side of a link that may wait for their answers. */
  public static final int LINK_CALLS_MAX = 1_024;

  /** Bytes of requests of one link that run here at a time, however small they came. */
  public static final int LINK_RUNNING_MAX_BYTES = 16 * 1024 * 1024;

  /** Bytes of a batch's messages, once they are uncompressed, above which no further is written. */
  public static final int LINK_BATCH_INFLATED_FULL_BYTES = 2 * 1024 * 1024;

  /**
   * Bytes of the messages of a batch that is read, uncompressed: one almost full, and a message.
   */
  public static final int LINK_BATCH_INFLATED_MAX_BYTES = 3 * 1024 * 1024;

  /** What each message counts in a link's window besides its bytes: what it costs to keep it. */
  public static final int LINK_MESSAGE_OVERHEAD_BYTES = 64;

  /** Bytes that have been taken and not acknowledged at which that is not put off any more. */
  public static final int LINK_ACKNOWLEDGE_BYTES = LINK_WINDOW_BYTES / 4;

  /** How long an acknowledgement may wait for something to travel with. */
  public static final Duration LINK_ACKNOWLEDGE_DELAY = Duration.ofMillis(20);

  /** How often each side of a link asks the other for a sign of life. */
  public static final Duration LINK_PING_INTERVAL = Duration.ofSeconds(2);

  /** After how long without a sign of life a link counts as cut. */
  public static final Duration LINK_SILENCE_MAX = Duration.ofSeconds(7);

  /** How long an edge waits for a connection to its hub. */
  public static final Duration LINK_CONNECT_TIMEOUT = Duration.ofSeconds(10);

  /** How long both sides of a link may take to prove who they are. */
  public static final Duration LINK_HANDSHAKE_TIMEOUT = Duration.ofSeconds(10);

  /** How long a connection of a link that is closed may take to send what was written before. */
  public static final Duration LINK_CLOSE_TIMEOUT = Duration.ofSeconds(5);

  /** Sites that may be proving who they are at a time, at one node of a hub. */
  public static final int LINK_HANDSHAKES_MAX = 64;

  /** Connections of links that one node of a hub lets in each second. */
  public static final int LINK_ARRIVALS_PER_SECOND = 50;

  /** Those that it lets in at once after a quiet time. */
  public static final int LINK_ARRIVALS_BURST = 100;

  /** The longest wait before an edge connects again the first time; it doubles each time. */
  public static final Duration LINK_BACKOFF = Duration.ofMillis(500);

  /** The longest wait before an edge connects again. */
  public static final Duration LINK_BACKOFF_MAX = Duration.ofSeconds(10);

  /** How long a link must have held for the next wait to be as after a first failure. */
  public static final Duration LINK_STEADY = Duration.ofSeconds(30);

  /** How long a hub keeps a session whose connection is gone. */
  public static final Duration LINK_SESSION_KEPT = Duration.ofMinutes(5);

  /** Sites whose sessions one node of a hub keeps. */
  public static final int LINK_SITES_MAX = 1_024;

  /** Characters of what a link says of why it ends; the rest is cut off. */
  public static final int LINK_REASON_MAX_CHARS = 256;

  private MeshLimits() {}
}
