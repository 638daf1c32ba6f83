#!/usr/bin/env bash
# Starts three nodes with some load, writes what each command prints into docs/OPERATIONS.md, and
# takes the pictures of the console that stand in it.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
script=lab/tour/run.sh
offset=300

usage() {
  cat <<'TEXT'
usage: lab/tour/run.sh [--offset N]

Writes the output of commands and the pictures in docs/OPERATIONS.md anew, from a cluster that it
starts. Needs Node.js with npm, Python 3 and Chromium.
  --offset N    added to all ports of the nodes (default: 300)
  --help        print this and exit
TEXT
}

while (($#)); do
  case $1 in
    --offset) offset=${2:-}; shift ;;
    -h | --help) usage; exit 0 ;;
    *) echo "$script: unknown argument: $1: see --help" >&2; exit 2 ;;
  esac
  shift || { echo "$script: a value is missing: see --help" >&2; exit 2; }
done

work=$(mktemp -d)
load=
source "$root/lab/greeter/nodes.sh"
finish() {
  [[ -z $load ]] || kill "$load" 2>/dev/null || true
  stop_all
}
trap finish EXIT

(cd "$root/lab/console" && npm ci --no-audit --no-fund --loglevel=error >/dev/null)
start_all
"$root/scripts/replay.sh" "$root/scripts/sample" --data "$data" >/dev/null
WEFT_TOKEN=$("$root/scripts/weft" token --data "$data") node "$root/lab/tour/load.mjs" \
  "http://127.0.0.1:$((9080 + offset))" http://127.0.0.1:$((8080 + offset)) \
  http://127.0.0.1:$((8081 + offset)) http://127.0.0.1:$((8082 + offset)) 2>"$work/load.log" &
load=$!
# Some seconds in which the nodes warm up, and as many as the numbers are of.
sleep 30
python3 "$root/lab/tour/tour.py" "$root" "$data"
node "$root/lab/tour/pictures.mjs" "http://127.0.0.1:$((9080 + offset))" "$root/docs/pictures" \
  kill_third
