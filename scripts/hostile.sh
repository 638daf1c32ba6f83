#!/usr/bin/env bash
# Sends a million hostile frames to the live bus port of a node, and says what they did to it.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
script=hostile.sh

usage() {
  cat <<'TEXT'
usage: scripts/hostile.sh [--frames N] [--seed N]

Two nodes in two processes on loopback. While one calls the other every 5 ms, the other's bus port
gets frames over TCP that are mutated, cut, too long, joined, repeated and out of order, from
strangers and in the caller's name. Shown: the node's heap after a collection, the honest calls and
how they ended, and what the node logged.

Then, without judging it, because Vert.x reads these before the mesh does (docs/decisions/0010): a
message that is never whole, and a twentieth as many messages of which the envelope is mutated.

  --frames N  how many (default: 1000000)
  --seed N    of the frames (default: 1)
  --help      print this and exit

Exit code 0 when the node went on, its heap came back to within 10 % of before, calls got their own
answers or failed as the mesh says that calls fail, and the log stayed short; 1 when not, 2 when it
could not be run.
TEXT
}

source "$root/scripts/help"
source "$root/lab/build.sh"

exec "$java" "${jvm[@]}" -Xms256m -Xmx512m -cp "$lib/*" io.weft.lab.hostile.Main "$@"
