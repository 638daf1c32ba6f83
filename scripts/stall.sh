#!/usr/bin/env bash
# Shows what a peer that stands still costs whoever calls it.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
lib=$root/lab/target/lib
stamp=$lib/.built

usage() {
  cat <<'TEXT'
usage: scripts/stall.sh [--seconds N]

Two processes on loopback: one calls the other at full speed, with bodies of 1 KiB and of 64 KiB,
while the other is stopped (SIGSTOP) and continued. There is no other endpoint. Shown, before,
during and after the stall: the caller's heap after a collection, how its calls ended, the slowest
of them, and how many attempts they took.

  --seconds N  seconds for which the peer stands still (default: 30)
  --help       print this and exit

Exit code 0 when the heap was within 10 % of before in the last third of the stall and after it, and
no more than one outbox (8 MiB) above that when the stall began; when every call ended as the mesh
says that calls end; and when the retry budget held. 1 when not, 2 when it could not be run.
TEXT
}

for argument in "$@"; do
  case $argument in
    -h | --help) usage; exit 0 ;;
  esac
done

java=java
if [[ -n ${JAVA_HOME:-} ]]; then
  java=$JAVA_HOME/bin/java
fi
if ! command -v "$java" >/dev/null; then
  echo "stall.sh: no $java (expected: Java 17 or later): install a JDK or set JAVA_HOME" >&2
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
    echo "stall.sh: no mvn (expected: Maven 3.8 or later): install Maven" >&2
    exit 2
  fi
  echo "building…" >&2
  rm -rf "$lib"
  if ! (cd "$root" && mvn -q -B -pl lab -am -DskipTests package) >&2; then
    echo "stall.sh: the build failed: its last lines say why" >&2
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
  "-Dweft.home=$root" -cp "$lib/*" io.weft.lab.stall.Main "$@"
