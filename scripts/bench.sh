#!/usr/bin/env bash
# Measures what a call, also one to another site, an order, an event or an HTTP request costs, side
# by side with others; or one step of a call.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
script=bench.sh

usage() {
  cat <<'TEXT'
usage: scripts/bench.sh call [--peers] [--telemetry] [--system NAME,…] [--concurrency N,…]
                             [--seconds N] [--rounds N] [--json FILE]
       scripts/bench.sh link [--part NAME,…] [--concurrency N,…] [--orders N] [--seconds N]
                             [--rounds N] [--json FILE]
       scripts/bench.sh order [--nodes N] [--connections N] [--seconds N] [--rounds N] [--json FILE]
       scripts/bench.sh outbox [--rate N] [--per-transaction N] [--seconds N] [--json FILE]
       scripts/bench.sh http [--connections N] [--seconds N] [--rounds N] [--json FILE]
       scripts/bench.sh start [--starts N] [--java FOLDER]… [--json FILE] [-- NODE FLAGS]
       scripts/bench.sh footprint [--seconds N] [--rate N] [--profile NAME,…] [--json FILE]
       scripts/bench.sh plan [--seconds N]
       scripts/bench.sh jmh [REGEX] [--seconds N] [--rounds N] [--json FILE]

call: an echo of a small record, read from and written as JSON on both sides, between two processes
on loopback, as closed loops. Measured in turn, in one run: bare (EventBus.request as it comes),
bare-1loop (the same with one event loop in each process), and weft (the mesh, every policy on).

  --peers            also grpc, and nats and rabbitmq where nats-server and rabbitmq-server are
                     on the PATH
  --telemetry        also weft-untold, the mesh that tells nobody of its calls: what metrics and
                     traces cost
  --system NAME,…    only these
  --concurrency N,…  calls outstanding at a time, one measurement each (default: 1,64,256)
  --seconds N        seconds of each measurement, and of each warm-up (default: 5)
  --rounds N         how often all is measured; the medians are shown (default: 3)

link: what sites cost each other, in four parts.

ways: an echo of a small record between two sites, in one process over loopback, as closed loops.
Measured in turn, in one run: websocket (a bare one), link (a call over a link: numbered, sealed),
and import (a call from a verticle of the one site to a service of the other, every policy on, at
both). Each beside the first at the same concurrency: P50 as a ratio, and by how much more, P99 too.

The other parts: a hub and an edge as they are shipped, each with a PostgreSQL, linked over TLS by
way of a relay that counts bytes, and can be cut. bytes: what crosses the uplink for a call (an
order is read) and for an order that are made at the edge, beside the same asked of the hub by plain
HTTPS, over a connection that is kept and over new ones; and what a link says that nobody uses.
local: users read at the edge, linked and cut off in turn. drain: orders placed while cut off, and
how long after healing the hub has decided on all of them.

  --part NAME,…      only these (default: ways,bytes,local,drain)
  --concurrency N,…  ways: calls outstanding at a time, one measurement each (default: 1,64)
  --orders N         drain: orders in the journal (default: 10000)
  --seconds N        ways, local: seconds of each measurement, and of each warm-up (default: 3)
  --rounds N         how often these are measured; the medians are shown (default: 3)

order: orders per second over HTTP, end to end and on the disk, at nodes as they are shipped, beside
the ceiling, in turn and in one run: the same transactions driven straight at the same PostgreSQL
with as many connections, no mesh and no HTTP. With what an order costs each process.

  --nodes N          nodes that serve (default: 1)
  --connections N    HTTP connections, with one order outstanding on each (default: 64)
  --seconds N        seconds of each measurement; twelve more warm up (default: 10)
  --rounds N         how often both are measured; the medians are shown (default: 3)

outbox: events written at a rate, whether or not they get through, each transaction with some of
them; how soon each arrives at a reader of the service's events after its COMMIT was answered; and
the size of the outbox meanwhile. One node in one process, with a PostgreSQL of its own.

  --rate N             events per second (default: 10000)
  --per-transaction N  events that one transaction writes (default: 5)
  --seconds N          seconds that are measured; five more of them warm up (default: 30)

http: GET /v1/users/{id} at the gateway of a node as it is shipped, answered by an instance in
another process; beside nginx in front of the same lookup over plain Vert.x HTTP, with connections
kept open. Both look the user up in memory, so that no database is what is measured. Measured in
turn, in one run, by wrk; and over HTTP/2 beside haproxy, by h2load. Needs wrk, nginx, haproxy and
h2load (Debian: wrk nginx haproxy nghttp2-client).

  --connections N    requests outstanding at a time (default: 64)
  --seconds N        seconds of each measurement; two rounds warm up (default: 10)
  --rounds N         how often all are measured; the medians are shown (default: 3)

start: from the process of a node to serving, for a node that joins a running one, with a database
that is there, by the node's own account; without and with the archive of its classes; and another
instance in a running node.

  --starts N         starts of each kind; the medians are shown (default: 5)
  --java FOLDER      the home of a JVM; may be repeated (default: JAVA_HOME, or java of the PATH)

footprint: resident memory of a node with every service, 30 s after it was ready, and its most under
GET /v1/users/{id}; its PostgreSQL apart. Needs h2load and curl.

  --seconds N        seconds of the load (default: 30)
  --rate N           requests per second, over ten connections (default: 1000)
  --profile NAME,…   profiles (default: default,edge)

plan: a service at two loads, the planner's model of that, and then three other loads on two, three
and four instances beside what the model predicts for them. One process; its calls take a time drawn
by chance, and no processor. Exit code 1 when a prediction is off by more than a quarter.

  --seconds N        seconds of each measurement; four more warm up (default: 40)

jmh: the JMH benchmarks of lab/ whose names match, all by default, in one fork, with the bytes that
they allocate.

  --seconds N        seconds of each iteration (default: 1)
  --rounds N         iterations that are measured, after as many to warm up (default: 5)

all:
  --json FILE        also write one line of JSON per result
  --help             print this and exit

WEFT_JAVA_OPTS holds further flags for every JVM that is measured; with -Dweft.lab.loops=N in it the
nodes of weft have N event loops instead of their default.

Exit code 0 when all went well, 1 when calls or orders failed, 2 when it could not be measured.
TEXT
}

source "$root/scripts/help"
case ${1:-} in
  call) main=io.weft.lab.call.Main ;;
  link) main=io.weft.lab.link.Main ;;
  order) main=io.weft.lab.order.Main ;;
  outbox) main=io.weft.lab.outbox.Main ;;
  http) main=io.weft.lab.http.Main ;;
  plan) main=io.weft.lab.plan.Main ;;
  jmh) main=io.weft.lab.jmh.Main ;;
  start | footprint)
    exec "$root/lab/shipped/$1.sh" "${@:2}"
    ;;
  '') usage >&2; exit 2 ;;
  *) echo "bench.sh: unknown argument: $1: see scripts/bench.sh --help" >&2; exit 2 ;;
esac
if [[ $1 == order || $1 == http || $1 == link ]]; then
  "$root/scripts/build.sh"
  # Nodes would make it themselves, beside what is measured.
  "$root/scripts/archive.sh" >/dev/null || true
fi
shift

source "$root/lab/build.sh"

# Those of a node (scripts/weft), but with a heap that does not have to grow while it is measured.
jvm+=(
  -Xss512k
  -Xms512m
  -Xmx512m
  -XX:MaxDirectMemorySize=128m
  -XX:MaxMetaspaceSize=192m
)
read -r -a more <<<"${WEFT_JAVA_OPTS:-}"

# The nodes read them themselves, and their client is not measured.
[[ $main != io.weft.lab.order.Main && $main != io.weft.lab.http.Main ]] || more=()

exec "$java" "${jvm[@]}" ${more[@]+"${more[@]}"} -cp "$lib/*" "$main" "$@"
