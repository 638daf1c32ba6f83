#!/usr/bin/env bash
# Stops nodes of this host in order: they finish what they run, leave the cluster, keep their data.
set -euo pipefail

scripts=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)

usage() {
  cat <<'TEXT'
usage: scripts/stop.sh [--data FOLDER] [NODE…]

Asks nodes of this host to stop, waits until they have, and says how long it took. A process is
signalled only if it still is the node that left its file in the data folder. The data stays.

  NODE            names of nodes (default: all)
  --data FOLDER   the data folder (default: as conf/node.yaml says)
  --help          print this and exit
TEXT
}

source "$scripts/help"
exec "$scripts/weft" stop "$@"
