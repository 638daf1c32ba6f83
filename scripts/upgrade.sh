#!/usr/bin/env bash
# Takes the nodes of this host to this release, one at a time, without a request lost.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)

usage() {
  cat <<'TEXT'
usage: scripts/upgrade.sh [--check] [--to FOLDER] [--settle SECONDS] [--dry-run] [--force]
                          [--data FOLDER] [NODE…]

To be run from the folder of the new release. Looks whether the upgrade can be done, then takes one
node after the other: drains it, stops it, waits until no other node lists it, starts it from this
folder with the flags and variables that it had, and waits until it serves as every node sees it,
has answered a call, and goes by the same policies. Stops at the first fault and says what to do.
Run again it goes on: nodes that run this release already are left alone.

  NODE              names of nodes (default: all of this host)
  --check           only say whether it can be done: PASS, WARN and FAIL, with what to do
  --to FOLDER       the folder of another release to start nodes from, as to go back
  --settle SECONDS  after a node has drained, what load balancers take to see it (default: 0)
  --dry-run         say what would be done, and do nothing
  --force           also when a check fails, or nobody else serves what a node serves
  --data FOLDER     the data folder (default: data, beside scripts)
  --help            print this and exit

Exit code 0 when all is done, 1 when it stopped at a fault or a check fails, 2 for wrong use.
TEXT
}

source "$root/scripts/help"

data=$root/data
arguments=()
while (($#)); do
  case $1 in
    --data) data=${2:-}; shift ;;
    --data=*) data=${1#*=} ;;
    *) arguments+=("$1") ;;
  esac
  shift || { echo "upgrade.sh: a value is missing: see scripts/upgrade.sh --help" >&2; exit 2; }
done

"$root/scripts/build.sh"
exec "$root/scripts/weft" upgrade --data "$data" ${arguments[@]+"${arguments[@]}"}
