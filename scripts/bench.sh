#!/usr/bin/env bash
# Measures what a call costs, side by side with others, or what one step of it costs.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
lib=$root/lab/target/lib
stamp=$lib/.built

usage() {
  cat <<'TEXT'
usage: scripts/bench.sh call [--peers] [--system NAME,…] [--concurrency N,…]
                             [--seconds N] [--rounds N] [--json FILE]
       scripts/bench.sh jmh [REGEX] [--seconds N] [--rounds N] [--json FILE]

call: an echo of a small record, read from and written as JSON on both sides, between two processes
on loopback, as closed loops. Measured in turn, in one run: bare (EventBus.request as it comes),
bare-1loop (the same with one event loop in each process), and weft (the mesh, every policy on).

  --peers            also grpc, and nats and rabbitmq where nats-server and rabbitmq-server are
                     on the PATH
  --system NAME,…    only these
  --concurrency N,…  calls outstanding at a time, one measurement each (default: 1,64,256)
  --seconds N        seconds of each measurement, and of each warm-up (default: 5)
  --rounds N         how often all is measured; the medians are shown (default: 3)

jmh: the JMH benchmarks of lab/ whose names match, all by default, in one fork, with the bytes that
they allocate.

  --seconds N        seconds of each iteration (default: 1)
  --rounds N         iterations that are measured, after as many to warm up (default: 5)

both:
  --json FILE        also write one line of JSON per result
  --help             print this and exit

WEFT_JAVA_OPTS holds further flags for every JVM that is measured; with -Dweft.lab.loops=N in it the
nodes of weft have N event loops instead of their default.

Exit code 0 when all went well, 1 when calls failed, 2 when it could not be measured.
TEXT
}

for argument in "$@"; do
  case $argument in
    -h | --help) usage; exit 0 ;;
  esac
done
case ${1:-} in
  call) main=io.weft.lab.call.Main ;;
  jmh) main=io.weft.lab.jmh.Main ;;
  '') usage >&2; exit 2 ;;
  *) echo "bench.sh: unknown argument: $1: see scripts/bench.sh --help" >&2; exit 2 ;;
esac
shift

java=java
if [[ -n ${JAVA_HOME:-} ]]; then
  java=$JAVA_HOME/bin/java
fi
if ! command -v "$java" >/dev/null; then
  echo "bench.sh: no $java (expected: Java 17 or later): install a JDK or set JAVA_HOME" >&2
  exit 2
fi

stale() {
  [[ -e $stamp ]] || return 0
  shopt -s globstar nullglob
  local file
  for file in "$root"/pom.xml "$root"/{mesh,lab}/pom.xml "$root"/{mesh,lab}/src/main/**; do
    [[ $file -nt $stamp && ! -d $file ]] && return 0
  done
  return 1
}

if stale; then
  if ! command -v mvn >/dev/null; then
    echo "bench.sh: no mvn (expected: Maven 3.8 or later): install Maven" >&2
    exit 2
  fi
  echo "building…" >&2
  rm -rf "$lib"
  if ! (cd "$root" && mvn -q -B -pl lab -am -DskipTests package) >&2; then
    echo "bench.sh: the build failed: its last lines say why" >&2
    exit 2
  fi
  : >"$stamp"
fi

# Those of a node (scripts/weft), but with a heap that does not have to grow while it is measured.
jvm=(
  -XX:+UseSerialGC
  -Xss512k
  -Xms512m
  -Xmx512m
  -XX:MaxDirectMemorySize=128m
  -XX:MaxMetaspaceSize=192m
  -XX:+ExitOnOutOfMemoryError
  -Dfile.encoding=UTF-8
  -Dvertx.disableDnsResolver=true
  -Dvertx.logger-delegate-factory-class-name=io.vertx.core.logging.SLF4JLogDelegateFactory
)
release=$(readlink -f "$(command -v "$java")")
release=${release%/bin/java}/release
if [[ -r $release && $(<"$release") =~ JAVA_VERSION=\"([0-9]+) ]] && ((BASH_REMATCH[1] >= 24)); then
  jvm+=(--sun-misc-unsafe-memory-access=allow --enable-native-access=ALL-UNNAMED)
fi
read -r -a more <<<"${WEFT_JAVA_OPTS:-}"

exec "$java" "@$root/lab/target/jvm.options" "${jvm[@]}" ${more[@]+"${more[@]}"} \
  "-Dweft.home=$root" -cp "$lib/*" "$main" "$@"
