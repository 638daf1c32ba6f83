#!/usr/bin/env bash
# Prints the nodes of the cluster: zones, services, instances, ports, health.
set -euo pipefail

scripts=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)

usage() {
  cat <<'TEXT'
usage: scripts/status.sh [--data FOLDER] [--names]

Prints a table of the cluster's nodes, and a line for each thing that is wrong.
Exit code 0 when all is well, 1 when something is down or nothing runs.

  --data FOLDER   the data folder (default: as conf/node.yaml says)
  --names         print only the names of the nodes of this host that run
  --help          print this and exit
TEXT
}

source "$scripts/help"
exec "$scripts/weft" status "$@"
