#!/usr/bin/env bash
# Shows what a peer that stands still costs whoever calls it.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
script=stall.sh

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

source "$root/scripts/help"
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

exec "$java" "${jvm[@]}" ${more[@]+"${more[@]}"} -cp "$lib/*" io.weft.lab.stall.Main "$@"
