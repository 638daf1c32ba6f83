#!/usr/bin/env bash
# Sends hostile HTTP to a node, and says what that did to its memory and to its other clients.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
script=edge.sh

usage() {
  cat <<'TEXT'
usage: scripts/edge.sh [--seconds N]

One node as it is shipped, on loopback. An honest client asks every 20 ms for users, while the HTTP
port gets, one after the other and each on many connections: headers and bodies a byte at a time, or
10 KiB of them and then nothing; first lines, headers and bodies without an end; requests whose
answers nobody reads; over HTTP/2 streams that are reset at once, header blocks without an end, and
large answers for which there is no window. Shown for each: connections, how many the node closed,
the most memory of its process, the heap that each connection held half-way, and the honest client's
answers.

  --seconds N  the longest that each attack goes on (default: 20)
  --help       print this and exit

Exit code 0 when no honest request failed, the process stayed below 900 MiB, no connection held more
than 1 MiB of heap, and, with 20 s or more, the node closed the connections that it has to; 1 when
not, 2 when it could not be run.
TEXT
}

source "$root/scripts/help"
source "$root/lab/build.sh"
"$root/scripts/build.sh"

exec "$java" "${jvm[@]}" -Xms64m -Xmx256m -cp "$lib/*" io.weft.lab.edge.Main "$@"
